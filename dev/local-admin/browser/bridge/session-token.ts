import { ask } from "./channel";

const RETRY = "X-Shopify-Retry-Invalid-Session-Request";
const REAUTHORIZE = "X-Shopify-API-Request-Failure-Reauthorize-Url";

/** A fresh session token from the admin around us. */
export async function idToken(): Promise<string> {
  const { token } = await ask("id-token");
  if (!token)
    throw new Error("The local admin gave no session token: the app is not installed on this shop.");
  return token;
}

/** The app's own requests carry a session token, and are made once more when the app finds it stale. */
export function authorizeFetch(openUrl: (url: string) => void) {
  const plainFetch = window.fetch.bind(window);
  window.fetch = async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(input, init);
    if (new URL(request.url).origin !== location.origin || request.headers.has("Authorization"))
      return plainFetch(request);
    const again = request.clone();
    let response = await plainFetch(await authorized(request));
    if (response.status === 401 && response.headers.get(RETRY) === "1")
      response = await plainFetch(await authorized(again));
    const elsewhere = response.headers.get(REAUTHORIZE);
    if (elsewhere) openUrl(elsewhere);
    return response;
  };
}

async function authorized(request: Request): Promise<Request> {
  const headers = new Headers(request.headers);
  headers.set("Authorization", `Bearer ${await idToken()}`);
  return new Request(request, { headers });
}

/** The app's bounce page is empty but for this script: it wants the page it names to be loaded with a fresh token. */
export async function leaveBouncePage() {
  const target = new URLSearchParams(location.search).get("shopify-reload");
  if (!target) return;
  const url = new URL(target, location.href);
  if (url.origin !== location.origin) return;
  url.searchParams.set("id_token", await idToken());
  location.replace(url);
}
