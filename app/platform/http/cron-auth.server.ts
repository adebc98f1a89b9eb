/** How every /cron endpoint answers: a bearer secret compared in constant time, a checked query, one run at a time. */
import { mayWorkLater } from "../db/errors.server";
import type { Leased } from "../db/lease.server";
import { proveDatabase } from "../db/readiness.server";
import { environment } from "../env.server";
import { log } from "../log.server";
import { hasBearer } from "./bearer.server";
import { parseCronQuery, type CronQuery } from "./cron-query.server";
import { respondJson } from "./respond.server";

/**
 * Runs `work` for a caller who may: 405 not POST · 503 no CRON_SECRET, or the database is away · 401 wrong secret ·
 * 400 bad query · 409 another run is at it, with its id · 200 what `work` reports
 */
export async function cronAction(
  request: Request,
  work: (query: CronQuery) => Promise<Leased<object>>,
): Promise<Response> {
  const refusal = refuseCron(request, environment().secrets.cronSecret);
  if (refusal) return refusal;
  const query = parseCronQuery(new URL(request.url).searchParams);
  if (typeof query === "string") return refuse(400, query);
  try {
    await proveDatabase();
    const leased = await work(query);
    if (leased.outcome === "done") return respondJson(leased.result);
    return respondJson({ error: "Another run is at it; wait for it to end.", runId: leased.runId }, 409);
  } catch (error) {
    log.error({ err: error }, "a cron run failed");
    if (mayWorkLater(error))
      return refuse(503, "The database is not answering; try again in a minute.", { "Retry-After": "60" });
    return refuse(500, "The run failed; the log says why.");
  }
}

/**
 * Null when the caller may go on; otherwise the answer to give, before anything has run:
 * 405 not POST · 503 no CRON_SECRET is configured · 401 it is missing or wrong
 */
function refuseCron(request: Request, cronSecret: string | undefined): Response | null {
  if (request.method !== "POST") return refuse(405, "Send a POST request.", { Allow: "POST" });
  if (!cronSecret)
    return refuse(503, "CRON_SECRET is not set, so nothing runs; set it and start the app again.");
  if (!hasBearer(request, cronSecret))
    return refuse(401, "Send the header Authorization: Bearer <CRON_SECRET>.", {
      "WWW-Authenticate": "Bearer",
    });
  return null;
}

function refuse(status: number, error: string, headers: HeadersInit = {}): Response {
  return respondJson({ error }, status, headers);
}
