import type { LoaderFunctionArgs } from "@remix-run/node";
import { watchCompliance } from "~/features/compliance/compliance-metrics.server";
import { watchConnections } from "~/features/connections/connection-metrics.server";
import { watchRetention } from "~/features/retention/retention-metrics.server";
import { watchInbox } from "~/features/webhooks/inbox-metrics.server";
import { hasBearer } from "~/platform/http/bearer.server";
import { respondJson } from "~/platform/http/respond.server";
import { environment } from "~/platform/env.server";
import { log } from "~/platform/log.server";
import { registry } from "~/platform/metrics.server";

watchInbox();
watchCompliance();
watchRetention();
watchConnections();

// 200 Prometheus' text · 401 wrong token · 503 no METRICS_TOKEN, or database away
export async function loader({ request }: LoaderFunctionArgs) {
  const { metricsToken } = environment().secrets;
  if (!metricsToken)
    return respondJson(
      { error: "METRICS_TOKEN is not set, so nothing is shown; set it and start the app again." },
      503,
    );
  if (!hasBearer(request, metricsToken))
    return respondJson({ error: "Send the header Authorization: Bearer <METRICS_TOKEN>." }, 401, {
      "WWW-Authenticate": "Bearer",
    });
  try {
    const text = await registry.metrics();
    return new Response(text, {
      headers: { "Content-Type": registry.contentType, "Cache-Control": "no-store" },
    });
  } catch (error) {
    log.warn({ err: error }, "the metrics could not be read");
    return respondJson({ error: "The database is not answering; the log says more." }, 503);
  }
}
