/**
 * For every page with an action (`export { clientAction, shouldRevalidate } from …`): a request that fails becomes an answer
 * beside the button that was pressed. Thrown, it would replace the page, and with it what was typed.
 */
import type { ClientActionFunctionArgs, ShouldRevalidateFunctionArgs } from "@remix-run/react";
import { actionSentence } from "./error-sentences";
import { readFailure, referenceOf, type FailedAction } from "./failure";

export async function clientAction({ serverAction }: ClientActionFunctionArgs): Promise<unknown> {
  try {
    return await serverAction<unknown>();
  } catch (error) {
    // The router follows it: to Shopify's sign-in for one.
    if (error instanceof Response && error.status < 400) throw error;
    const failure = await readFailure(error);
    return { ok: false, message: actionSentence(failure), reference: referenceOf(failure), failed: true };
  }
}

/** Loading the page again would fail as the action did, and would replace the page by an error. */
export function shouldRevalidate({ actionResult, defaultShouldRevalidate }: ShouldRevalidateFunctionArgs) {
  return isFailed(actionResult) ? false : defaultShouldRevalidate;
}

function isFailed(result: unknown): result is FailedAction {
  return typeof result === "object" && result !== null && "failed" in result && result.failed === true;
}
