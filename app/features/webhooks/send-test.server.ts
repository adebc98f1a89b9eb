/** A test delivery that travels as Shopify's do: signed, out of this process, and in again by the public address. */
import { signAsShopify } from "~/platform/shopify/webhook-signature.server";
import { TEST_PAYLOADS, type TestTopic } from "./test-payloads";

/** Shopify's own patience (https://shopify.dev/docs/apps/build/webhooks/subscribe/https). */
const TIMEOUT_MS = 5_000;

export type TestTarget = {
  /** Of the door, as Shopify would reach it */
  url: string;
  clientSecret: string;
  shopDomain: string;
  apiVersion: string;
  fetch: typeof fetch;
};

export type TestDelivery = { topic: TestTopic; webhookId: string; now: Date };

export type SentTest = {
  webhookId: string;
  topic: TestTopic;
  url: string;
  sentAt: string;
  durationMs: number;
  /** 0: no answer */
  status: number;
  /** What went wrong and what to do about it; null when the door took it */
  problem: string | null;
};

/** Never throws for what the address does. Beside the harmless payload it is a delivery like any other, and stays in the inbox. */
export async function sendTest(
  target: TestTarget,
  { topic, webhookId, now }: TestDelivery,
): Promise<SentTest> {
  const body = JSON.stringify(TEST_PAYLOADS[topic]);
  const headers = {
    "Content-Type": "application/json",
    "User-Agent": "Backroom-Test-Delivery",
    "X-Shopify-Topic": topic,
    "X-Shopify-Hmac-Sha256": signAsShopify(body, target.clientSecret),
    "X-Shopify-Shop-Domain": target.shopDomain,
    "X-Shopify-API-Version": target.apiVersion,
    "X-Shopify-Webhook-Id": webhookId,
    "X-Shopify-Event-Id": webhookId,
    "X-Shopify-Triggered-At": now.toISOString(),
  };
  const startedAt = performance.now();
  const { status, problem } = await post(target, headers, body);
  const durationMs = Math.round(performance.now() - startedAt);
  return { webhookId, topic, url: target.url, sentAt: now.toISOString(), durationMs, status, problem };
}

async function post({ url, fetch }: TestTarget, headers: Record<string, string>, body: string) {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
    await response.body?.cancel();
    return { status: response.status, problem: response.ok ? null : adviceFor(response.status, url) };
  } catch (error) {
    return { status: 0, problem: adviceForSilence(error, url) };
  }
}

function adviceFor(status: number, url: string): string {
  if (status >= 300 && status < 400)
    return `${url} answers with a redirect (${status}), which Shopify counts as a failure. Set SHOPIFY_APP_URL to the address that it leads to.`;
  if (ADVICE[status]) return `${url} answered ${status}: ${ADVICE[status]}`;
  if (status >= 500)
    return `${url} answered ${status}: the app, or a proxy before it, is in trouble. Its log says more; Shopify would try again for four hours.`;
  return `${url} answered ${status}, which Shopify counts as a failure. See what stands between it and the app.`;
}

const ADVICE: Record<number, string> = {
  400: "a header was missing when it arrived. See whether a proxy removes those that begin with X-Shopify-.",
  401: "the signature was not accepted. The app there has another SHOPIFY_API_SECRET, or a proxy changes what passes through it.",
  403: "something before the app refuses it. Let POST /webhooks through without a login or a challenge.",
  404: "there is no webhook door at this address. Check SHOPIFY_APP_URL, and that this version of Backroom is deployed there.",
  405: "it does not take a POST. Check SHOPIFY_APP_URL, and what a proxy makes of the request.",
  413: "the delivery was too large for something before the app. Let bodies of up to 5 MB through.",
  429: "something before the app limits how many requests come in. Exempt POST /webhooks from it.",
  503: "the app is there, and its database is not. Nothing is lost: Shopify tries again for four hours.",
};

function adviceForSilence(error: unknown, url: string): string {
  const { name, cause } = error as { name?: string; cause?: { code?: string } };
  if (name === "TimeoutError")
    return `${url} did not answer within 5 seconds, which is all that Shopify waits. See whether the app is overloaded or asleep.`;
  const code = cause?.code ?? "";
  const what =
    code === "ENOTFOUND" || code === "EAI_AGAIN"
      ? `The host of ${url} cannot be found`
      : /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO/.test(code)
        ? `The certificate of ${url} is not accepted`
        : `Nothing answers at ${url}`;
  return `${what}${code && ` (${code})`}. SHOPIFY_APP_URL must be the address at which Shopify reaches the app; see whether the tunnel or the proxy is up.`;
}
