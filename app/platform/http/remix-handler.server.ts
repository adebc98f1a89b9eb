/**
 * Remix as the last handler of an Express app. Other than @remix-run/express it reads a body whole before anything runs, within
 * the memory that all bodies share: no action waits for a slow client, and none reads a body without end. A request's address
 * is SHOPIFY_APP_URL and its path, not the host that it names.
 */
import { createRequestHandler, writeReadableStreamToWritable, type ServerBuild } from "@remix-run/node";
import type { Request as ExpressRequest, RequestHandler, Response as ExpressResponse } from "express";
import { passOver, readRequestBody, type BodyMemory } from "./request-body.server";

type Options = { build: ServerBuild; mode: string; appUrl: string; memory: BodyMemory };

/** The largest form is a key file of 20 kB. */
const MOST_BYTES = 1024 * 1024;

/** 413 a body over 1 MB · 503 other bodies fill the memory · else what the route answers */
export function remixHandler({ build, mode, appUrl, memory }: Options): RequestHandler {
  const handle = createRequestHandler(build, mode);
  const { origin } = new URL(appUrl);
  return (request, response, next) => void serve(request, response).catch(next);

  async function serve(request: ExpressRequest, response: ExpressResponse) {
    const body = hasNoBody(request)
      ? undefined
      : await readRequestBody(request, response, { mostBytes: MOST_BYTES, memory }).catch(
          () => "cut off" as const,
        );
    if (typeof body === "string") {
      if (!request.complete) passOver(request);
      return refuse(response, body);
    }
    await send(response, await handle(toRequest(request, response, origin, body)));
  }
}

function hasNoBody({ method }: ExpressRequest): boolean {
  return method === "GET" || method === "HEAD";
}

function refuse(response: ExpressResponse, why: "too large" | "no room" | "cut off") {
  if (why === "too large") return response.status(413).type("text").send("The body is larger than 1 MB.\n");
  if (why === "cut off") return response.status(400).type("text").send("The body was cut off.\n");
  response.setHeader("Retry-After", "10");
  response.status(503).type("text").send("Too much is being received at once; send it again.\n");
}

function toRequest(
  request: ExpressRequest,
  response: ExpressResponse,
  origin: string,
  body: Buffer | undefined,
): Request {
  const controller = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) controller.abort();
  });
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    for (const one of Array.isArray(value) ? value : [value]) if (one) headers.append(name, one);
  return new Request(origin + request.originalUrl, {
    ...{ method: request.method, headers, signal: controller.signal },
    body: body && new Uint8Array(body),
  });
}

async function send(response: ExpressResponse, answer: Response) {
  response.statusMessage = answer.statusText;
  response.status(answer.status);
  for (const [name, value] of answer.headers) response.append(name, value);
  if (answer.body) await writeReadableStreamToWritable(answer.body, response);
  else response.end();
}
