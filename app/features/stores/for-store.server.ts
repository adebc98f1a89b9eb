/** How a page's loader or action runs: for the store that Shopify vouches for, and with trouble turned into answers. */
import { json, type LoaderFunctionArgs } from "@remix-run/node";
import { currentRequestId, log } from "~/platform/log.server";
import { requireStore, type StoreContext } from "./require-store.server";
import { answerToTrouble } from "./trouble.server";

export type PageContext = StoreContext & { request: Request; url: URL; params: LoaderFunctionArgs["params"] };

/**
 * Runs `work` for the store of the session token.
 * @throws {Response} what `work` or the library throws as such; 503 database away; 500 anything else. Each with the
 * request's id, which is in the log, and nothing of the error
 */
export async function forStore<T>(
  { request, params }: Pick<LoaderFunctionArgs, "request" | "params">,
  work: (context: PageContext) => Promise<T>,
): Promise<T> {
  let known = false;
  try {
    const context = await requireStore(request);
    known = true;
    return await work({ ...context, request, params, url: new URL(request.url) });
  } catch (error) {
    throw error instanceof Response ? withReference(error, known) : answerToTrouble(error);
  }
}

/** App Bridge repeats a request with this header once, with a new session token. */
const RETRY = "X-Shopify-Retry-Invalid-Session-Request";

/** An error without a body, as the library and our pages throw it, gets the reference and the reason that a page shows. */
function withReference(answer: Response, known: boolean): Response {
  const { status, statusText } = answer;
  if (status < 400 || answer.body) return answer;
  // The library answers a failed token exchange with a bare 500 and says nothing of it.
  if (status >= 500) log.error({ status }, "Shopify's library gave up on a request");
  const headers = new Headers(answer.headers);
  // Shopify refused the store's access token, which is dropped by now: the repeated request exchanges a new one.
  if (status === 401 && known) headers.set(RETRY, "1");
  const reason = known ? undefined : REASONS[status];
  return json({ requestId: currentRequestId(), reason }, { status, statusText, headers });
}

/** What the library means by a status before a store is known. */
const REASONS: Record<number, string> = { 410: "ROBOT", 500: "SHOPIFY" };
