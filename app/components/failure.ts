/** Why a request failed, told by its status, by the answer's `reason`, or by what `fetch` met; never by an error's words. */
import { isRouteErrorResponse } from "@remix-run/react";

/** A status, a reason of the server's (features/stores/for-store.server.ts), or no answer at all. */
export type Cause = number | "ROBOT" | "SHOPIFY" | "OFFLINE" | "UNREACHABLE" | "NO_SESSION" | "UNKNOWN";

/** What a clientAction answers when the server gave no answer of its own. */
export type FailedAction = { ok: false; message: string; reference: string | null; failed: true };

export function causeOf(error: unknown): Cause {
  if (isRouteErrorResponse(error)) {
    const reason = fieldOf(error.data, "reason");
    return reason === "ROBOT" || reason === "SHOPIFY" ? reason : error.status;
  }
  const code = fieldOf(error, "code");
  if (code === "UNREACHABLE") return isOffline() ? "OFFLINE" : "UNREACHABLE";
  return code === "NO_SESSION" ? "NO_SESSION" : "UNKNOWN";
}

/** The id of the failed request, which is in the log; null when no answer came. */
export function referenceOf(error: unknown): string | null {
  return isRouteErrorResponse(error) ? fieldOf(error.data, "requestId") : null;
}

/** A response that was thrown, or fetched, in the shape in which the router passes errors on. */
export async function readFailure(error: unknown): Promise<unknown> {
  if (!(error instanceof Response)) return error;
  const body: unknown = await error.json().catch(() => null);
  const given = typeof body === "object" && body !== null ? body : {};
  const data = { requestId: error.headers.get("X-Request-Id"), ...given };
  return { status: error.status, statusText: error.statusText, internal: false, data };
}

/**
 * Marks what `fetch` rejects with, once for the page: a TypeError when no answer came (Fetch standard), anything else when
 * App Bridge had no session token to send along. Called before the app starts, and after App Bridge has patched `fetch`.
 */
export function markFetchFailures() {
  const inner = window.fetch.bind(window);
  window.fetch = async (input, init) => {
    try {
      return await inner(input, init);
    } catch (error) {
      if (!(error instanceof Error) || error.name === "AbortError") throw error;
      throw Object.assign(error, { code: error instanceof TypeError ? "UNREACHABLE" : "NO_SESSION" });
    }
  };
}

function isOffline(): boolean {
  return typeof navigator !== "undefined" && !navigator.onLine;
}

function fieldOf(value: unknown, name: string): string | null {
  const field =
    typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  return typeof field === "string" ? field : null;
}
