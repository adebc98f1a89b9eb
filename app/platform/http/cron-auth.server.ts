/** The guard of every /cron endpoint: a bearer secret, compared in constant time. */
import { createHash, timingSafeEqual } from "node:crypto";
import { respondJson } from "./respond.server";

/**
 * Null when the caller may go on; otherwise the answer to give, before anything has run:
 * 405 not POST · 503 no CRON_SECRET is configured · 401 it is missing or wrong
 */
export function refuseCron(request: Request, cronSecret: string | undefined): Response | null {
  if (request.method !== "POST") return refuse(405, "Send a POST request.", { Allow: "POST" });
  if (!cronSecret)
    return refuse(503, "CRON_SECRET is not set, so nothing runs; set it and start the app again.");
  const given = /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  if (!given || !sameSecret(given, cronSecret))
    return refuse(401, "Send the header Authorization: Bearer <CRON_SECRET>.", {
      "WWW-Authenticate": "Bearer",
    });
  return null;
}

/** Hashes have one length, so the comparison tells nothing of the secret's. */
function sameSecret(given: string, expected: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(given), hash(expected));
}

function refuse(status: number, error: string, headers: HeadersInit = {}): Response {
  return respondJson({ error }, status, headers);
}
