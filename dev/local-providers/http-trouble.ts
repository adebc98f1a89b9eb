/** The ways in which a provider fails that have nothing to do with its protocol. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

export type Trouble =
  | { kind: "status"; status: number; headers?: Record<string, string>; body?: string }
  /** A login page or a gateway's page, with a 200 */
  | { kind: "html" }
  /** Takes the request and never answers */
  | { kind: "hang" }
  /** Answers as it should, `ms` later; whoever asked may be gone by then */
  | { kind: "late"; ms: number }
  /** Closes the connection in the middle of the body */
  | { kind: "cut" }
  /** JSON, and nothing that makes sense */
  | { kind: "nonsense" }
  | { kind: "redirect"; to: string };

const PAGE = "<!doctype html><html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>";

/** Answers in the troubled way; false when there is still a proper answer to give. */
export async function troubled(
  trouble: Trouble,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  switch (trouble.kind) {
    case "late":
      // Waits for those who hung up, too: that is the point of it.
      await sleep(trouble.ms, undefined, { ref: false });
      return false;
    case "hang":
      request.resume();
      return true;
    case "cut":
      response.writeHead(200, { "Content-Type": "application/json", "Content-Length": 1000 });
      response.write(`{"d":[{"Url":`, () => response.destroy());
      return true;
    case "html":
      response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(PAGE);
      return true;
    case "nonsense":
      response.writeHead(200, { "Content-Type": "application/json" }).end(`{"hello":["world"]}`);
      return true;
    case "redirect":
      response.writeHead(307, { Location: trouble.to }).end();
      return true;
    case "status":
      response
        .writeHead(trouble.status, { "Content-Type": "application/json", ...trouble.headers })
        .end(trouble.body ?? "{}");
      return true;
  }
}
