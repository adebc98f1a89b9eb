import { checkReadiness } from "~/platform/db/readiness.server";
import { respondJson } from "~/platform/http/respond.server";

// 200 send traffic · 503 database away, or its migrations are pending or failed (the sentence says which)
export async function loader() {
  const readiness = await checkReadiness();
  return respondJson(readiness, readiness.ready ? 200 : 503);
}
