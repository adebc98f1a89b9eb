import { randomUUID } from "node:crypto";
import { environment, type Env, type Secrets } from "~/platform/env.server";
import { API_VERSION } from "~/platform/shopify/shopify.server";
import { doorAddress } from "./registry.server";
import type { WebhookActionContext } from "./webhook-actions.server";

type WebhookDeps = Pick<WebhookActionContext, "appUrl" | "test">;

/** What the webhooks pages need of this process: its public address, and the secret that Shopify signs with. */
export function webhookDeps(): WebhookDeps {
  return createWebhookDeps(environment());
}

export function createWebhookDeps({ env, secrets }: { env: Env; secrets: Secrets }): WebhookDeps {
  return {
    appUrl: env.appUrl,
    test: {
      url: doorAddress(env.appUrl),
      clientSecret: secrets.shopifyApiSecret,
      apiVersion: API_VERSION,
      fetch: globalThis.fetch,
      newWebhookId: randomUUID,
    },
  };
}
