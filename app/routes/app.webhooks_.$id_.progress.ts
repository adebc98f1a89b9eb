import { json, type LoaderFunctionArgs } from "@remix-run/node";
import { findProgress } from "~/features/webhooks/diagnostics.server";
import { forStore } from "~/features/stores/for-store.server";

// 200 how far one delivery has come, null while it is not in the inbox · 302 or 401 no valid session token · 503 database away
export const loader = (args: LoaderFunctionArgs) =>
  forStore(args, async ({ db, store, params }) =>
    json({ progress: await findProgress(db, store.shopDomain, params.id ?? "") }),
  );
