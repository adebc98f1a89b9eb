import { sealSubject } from "~/features/compliance/record-request.server";
import type { StoreSecretRepository } from "~/features/connections/store-secret.repository.server";
import { secretPlace } from "~/features/connections/secret-place";
import { accessTokenPlace } from "~/features/stores/install.server";
import { seal } from "~/platform/crypto/envelope.server";
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import type { Db } from "~/platform/db/client.server";
import { sealTokens } from "~/platform/shopify/session-storage.server";

export const PROVIDERS_OF_EACH = ["GA4", "GSC"] as const satisfies Parameters<
  StoreSecretRepository["reveal"]
>[0][];

const CHUNK = 400;

/** Stores with a token, a session, a privacy request and two secrets each; every value says whose it is. */
export async function insertSealedStores(db: Db, keys: KeyProvider, count: number, from = 0) {
  for (let start = from; start < from + count; start += CHUNK) {
    const numbers = Array.from({ length: Math.min(CHUNK, from + count - start) }, (_, i) => start + i);
    const stores = await Promise.all(
      numbers.map(async (n) => {
        const id = `store-${String(n).padStart(6, "0")}`;
        const shopDomain = `sealed-${n}.myshopify.com`;
        const token = await seal(keys, accessTokenPlace(id), `token of ${shopDomain}`);
        return { id, shopDomain, accessToken: token.envelope, onboardingFlags: {} };
      }),
    );
    await db.store.createMany({ data: stores });
    await db.session.createMany({
      data: await Promise.all(
        stores.map(async ({ shopDomain: shop }) => {
          const id = `offline_${shop}`;
          const tokens = { accessToken: `access of ${shop}`, refreshToken: `refresh of ${shop}` };
          return { id, shop, state: "", ...(await sealTokens(keys, { id, shop, ...tokens })) };
        }),
      ),
    });
    await db.complianceRequest.createMany({
      data: await Promise.all(stores.map(({ shopDomain }) => complianceRow(keys, shopDomain))),
    });
    await db.storeSecret.createMany({
      data: await Promise.all(
        stores.flatMap(({ id: storeId }) =>
          PROVIDERS_OF_EACH.map((provider) => secretRow(keys, storeId, provider)),
        ),
      ),
    });
  }
}

async function complianceRow(keys: KeyProvider, shopDomain: string) {
  const id = `request-of-${shopDomain}`;
  const person = { customerId: null, email: `customer@${shopDomain}`, phone: null, orderIds: [] };
  const subject = await sealSubject(keys, { id, shopDomain }, person);
  const receivedAt = new Date(0);
  return {
    ...{ id, shopDomain, subject, receivedAt, dueAt: receivedAt, result: {} },
    topic: "CUSTOMERS_DATA_REQUEST" as const,
  };
}

async function secretRow(keys: KeyProvider, storeId: string, provider: (typeof PROVIDERS_OF_EACH)[number]) {
  const place = secretPlace(storeId, provider);
  const { envelope, keyId, version, fingerprint } = await seal(keys, place, `${provider} of ${storeId}`);
  return {
    storeId,
    provider,
    cipherText: envelope,
    keyId,
    encryptionVersion: version,
    fingerprint,
    lastFour: "",
  };
}
