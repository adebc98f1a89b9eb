/** Every HTML page and every loader answer leaves through here, with the headers that keep it private and framed. */
import { PassThrough } from "node:stream";
import {
  createReadableStreamFromReadable,
  type ActionFunctionArgs,
  type EntryContext,
  type LoaderFunctionArgs,
} from "@remix-run/node";
import { isRouteErrorResponse, RemixServer } from "@remix-run/react";
import { isbot } from "isbot";
import { renderToPipeableStream } from "react-dom/server";
import { shopify } from "~/features/stores/require-store.server";
import { setPageHeaders } from "~/platform/http/page-headers.server";
import { log } from "~/platform/log.server";

/** What is not rendered by then is aborted, so that a stuck page frees its connection. */
const ABORT_AFTER_MS = 5_000;

export default function handleRequest(
  request: Request,
  status: number,
  headers: Headers,
  remixContext: EntryContext,
): Promise<Response> {
  shopify().addDocumentResponseHeaders(request, headers);
  setPageHeaders(request, headers);
  // A crawler gets the whole page at once; a person sees its beginning as soon as there is one.
  const startsAt = isbot(request.headers.get("user-agent") ?? "") ? "onAllReady" : "onShellReady";

  let failed = false;
  return new Promise((resolve, reject) => {
    const { pipe, abort } = renderToPipeableStream(
      <RemixServer context={remixContext} url={request.url} abortDelay={ABORT_AFTER_MS} />,
      {
        [startsAt]: () => {
          const body = new PassThrough();
          headers.set("Content-Type", "text/html; charset=utf-8");
          resolve(
            new Response(createReadableStreamFromReadable(body), { status: failed ? 500 : status, headers }),
          );
          pipe(body);
        },
        onShellError: reject,
        onError(error) {
          failed = true;
          if (!request.signal.aborted) log.error({ err: error }, "a page did not render");
        },
      },
    );
    setTimeout(abort, ABORT_AFTER_MS + 1_000).unref();
  });
}

export function handleDataRequest(response: Response, { request }: LoaderFunctionArgs | ActionFunctionArgs) {
  setPageHeaders(request, response.headers);
  return response;
}

/**
 * Errors that no loader turned into an answer; the browser learns only that there was one. A scanner's wrong address or
 * method (404, 405) is its own mistake: no error of ours, and no stack.
 */
export function handleError(error: unknown, { request }: LoaderFunctionArgs | ActionFunctionArgs) {
  if (request.signal.aborted) return;
  if (isRouteErrorResponse(error) && error.status < 500)
    log.debug(
      { status: error.status, statusText: error.statusText },
      "a request asked for what is not there",
    );
  else log.error({ err: error }, "a request failed unexpectedly");
}
