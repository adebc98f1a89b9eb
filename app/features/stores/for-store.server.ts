/** How a page's loader or action runs: for the store that Shopify vouches for, and with trouble turned into answers. */
import type { LoaderFunctionArgs } from "@remix-run/node";
import { log } from "~/platform/log.server";
import { requireStore, type StoreContext } from "./require-store.server";
import { answerToTrouble } from "./trouble.server";

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
    if (!(error instanceof Response)) throw answerToTrouble(error);
    // The library answers a failed token exchange with a bare 500 and says nothing of it.
    if (error.status >= 500) log.error({ status: error.status }, "Shopify's library gave up on a request");
    throw error;
  }
}
