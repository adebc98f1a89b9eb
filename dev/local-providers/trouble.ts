/** What can go wrong with a provider, each in the way in which it really goes wrong. */
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** In what a provider says. */
export type SpokenTrouble =
  "quota" | "rate" | "disabled" | "forbidden" | "revoked" | "unavailable" | "nonsense";
/** In how its answer arrives, whatever it says. */
export type WireTrouble =
  /** A proxy's page, with a 200 */
  | "html"
  /** Never answers */
  | "hang"
  /** Answers once the client has hung up */
  | "late"
  /** Closes in the middle of the body */
  | "cut"
  | "slow";
export type Trouble = SpokenTrouble | WireTrouble;

export type Answer = { status: number; body: unknown; headers?: Record<string, string> };

const WIRE: ReadonlySet<Trouble> = new Set(["html", "hang", "late", "cut", "slow"]);

export function isOnTheWire(trouble: Trouble | null): trouble is WireTrouble {
  return trouble !== null && WIRE.has(trouble);
}

/** Sends an answer, or fails to. */
export async function send(
  response: ServerResponse,
  { status, body, headers }: Answer,
  trouble: WireTrouble | null,
  slowMs: number,
): Promise<void> {
  if (trouble === "hang") return;
  if (trouble === "late") await once(response, "close");
  if (trouble === "slow") await sleep(slowMs);
  if (trouble === "html") {
    response
      .writeHead(200, { "Content-Type": "text/html" })
      .end("<!doctype html><title>Sign in to the network</title>");
    return;
  }
  const text = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    "Content-Type": "application/json; charset=UTF-8",
    "Content-Length": text.length,
    "Cache-Control": "private",
    ...headers,
  });
  if (trouble === "cut")
    response.write(text.subarray(0, Math.ceil(text.length / 2)), () => response.socket?.destroy());
  else response.end(text);
}
