/** What happens when a shop has just authenticated: its row exists, its token is sealed, its settings have defaults. */
import type { Session } from "@shopify/shopify-api";
import { z } from "zod";
import { ensureSettings } from "~/features/settings/settings.server";
import { seal, type SecretPlace } from "~/platform/crypto/envelope.server";
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import type { Db } from "~/platform/db/client.server";
import { isUniqueViolation } from "~/platform/db/errors.server";
import { isTimezone } from "~/platform/shop-day";
import type { Admin } from "~/platform/shopify/shopify.server";
import { StoreRepository, type Store } from "./store.repository.server";

/** Safe to repeat and to run twice at once; after a reinstall the shop finds its old rows. */
export async function recordInstall(
  db: Db,
  keys: KeyProvider,
  { session, admin, now }: { session: Session; admin: Admin; now: Date },
): Promise<void> {
  const stores = new StoreRepository(db);
  const install = () => stores.upsertInstalled(session.shop, session.scope ?? "", now);
  const store = await install().catch((error: unknown) => {
    if (!isUniqueViolation(error)) throw error;
    return install();
  });
  if (session.accessToken) {
    const { envelope } = await seal(keys, accessTokenPlace(store.id), session.accessToken);
    await stores.updateAccessToken(store.id, envelope);
  }
  await ensureSettings(db, store.id);
  if (!store.shopGid) await learnShopFacts(stores, store, admin);
}

export function accessTokenPlace(storeId: string): SecretPlace {
  return { table: "Store", storeId, field: "accessToken" };
}

const SHOP_FACTS = `#graphql
  query ShopFacts {
    shop { id name currencyCode ianaTimezone }
  }`;

const shopFactsAnswer = z.object({
  data: z.object({
    shop: z.object({ id: z.string(), name: z.string(), currencyCode: z.string(), ianaTimezone: z.string() }),
  }),
});

async function learnShopFacts(stores: StoreRepository, store: Store, admin: Admin) {
  const answer = await admin.graphql(SHOP_FACTS);
  const { shop } = shopFactsAnswer.parse(await answer.json()).data;
  await stores.updateShopFacts(store.id, {
    shopGid: shop.id,
    name: shop.name,
    currency: shop.currencyCode,
    // A zone that this Node has never heard of would break every page; days in UTC are merely off.
    ianaTimezone: isTimezone(shop.ianaTimezone) ? shop.ianaTimezone : "UTC",
  });
}
