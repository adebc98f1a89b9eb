/** The app's own topics: the merchant uninstalls it, or grants it more or less. */
import { z } from "zod";
import { followScopes, followUninstall, forgetSessions } from "~/features/stores/follow-shopify.server";
import type { TopicHandler } from "../handler";
import { parsePayload } from "../payload";
import { WebhookRegistryRepository } from "../webhook-registry.repository.server";
import { foreignShop, instant, OLDER, toldAt } from "./fields";

const uninstalledPayload = z.object({ myshopify_domain: z.string().nullish() });

/**
 * app/uninstalled: tokens and sessions go, the registry's rows go, the store is UNINSTALLED. Deliveries may come hours
 * later, and then judge by when it happened (X-Shopify-Triggered-At): a shop that is back keeps everything.
 */
export const appUninstalled: TopicHandler = {
  of: "any",
  async handle({ store, event, tx, now }) {
    const { myshopify_domain: shop } = parsePayload(uninstalledPayload, event.payload);
    const foreign = foreignShop(shop, event);
    if (foreign) return foreign;
    const { shopDomain } = event;
    const at = toldAt(event);
    const outcome = store
      ? await followUninstall(tx, { id: store.id, shopDomain, at })
      : (await forgetSessions(tx, { shopDomain, at }))
        ? "uninstalled"
        : "not-installed";
    // What was registered before is gone at Shopify in any case; a shop that is back is registered anew (registry.server.ts).
    const registry = new WebhookRegistryRepository(tx, shopDomain, store?.id ?? null);
    await registry.deleteRecordedBefore(outcome === "installed-since" ? at : now);
    if (outcome === "installed-since") return { skipped: "The shop has installed Backroom again since." };
    if (outcome === "not-installed") return { skipped: "The shop did not have Backroom installed any more." };
    return "done";
  },
};

const scopesPayload = z.object({
  current: z.array(z.string().regex(/^[a-z_]{1,100}$/, { error: "expected a scope" })),
  updated_at: instant.nullish(),
});

/** app/scopes_update: what the merchant has granted, on the store and on its offline session. */
export const appScopesUpdate: TopicHandler = {
  of: "installed",
  async handle({ store, event, tx }) {
    const { current, updated_at } = parsePayload(scopesPayload, event.payload);
    const outcome = await followScopes(tx, store, current.join(","), toldAt(event, updated_at));
    return outcome === "older" ? OLDER : "done";
  },
};
