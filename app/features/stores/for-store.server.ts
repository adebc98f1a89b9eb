/** How a page's loader or action runs: for the store that Shopify vouches for, and with trouble turned into answers. */
import { json, type LoaderFunctionArgs } from "@remix-run/node";
import { isDatabaseUnavailable } from "~/platform/db/errors.server";
import { currentRequestId, log } from "~/platform/log.server";
import { requireStore, type StoreContext } from "./require-store.server";

export type PageContext = StoreContext & { request: Request; url: URL; params: LoaderFunctionArgs["params"] };

/**
 * Runs `work` for the store of the session token.
 * @throws {Response} what `work` or the library throws as such; 503 database away; 500 anything else, with the request's
 * id and nothing of the error, which is in the log
 */
export async function forStore<T>(
  { request, params }: Pick<LoaderFunctionArgs, "request" | "params">,
  work: (context: PageContext) => Promise<T>,
): Promise<T> {
  try {
    const context = await requireStore(request);
    return await work({ ...context, request, params, url: new URL(request.url) });
  } catch (error) {
    throw error instanceof Response ? error : answerTo(error);
  }
}

function answerTo(error: unknown): Response {
  const body = { requestId: currentRequestId() };
  if (isDatabaseUnavailable(error)) {
    log.warn({ err: error }, "the database is not answering");
    return json(body, { status: 503, headers: { "Retry-After": "60" } });
  }
  log.error({ err: error }, "a page failed unexpectedly");
  return json(body, { status: 500 });
}
