/** Provider credentials. They are invented and open nothing, and are sealed like real ones. */
import { createHash } from "node:crypto";
import { lastFourOf, secretPlace } from "~/features/connections/store-secret.repository.server";
import { seal } from "~/platform/crypto/envelope.server";
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import { idFor } from "./ids";
import { after, before, DAY, SEED_NOW } from "./instant";
import { stamp, type Rows } from "./rows";

type Provider = Rows["StoreSecret"]["provider"];

/** Days since each secret was set, and days until its rotation is due: GA4 is overdue, BING comes next. */
export const ROTATION: Record<Provider, { setDaysAgo: number; dueInDays: number }> = {
  GA4: { setDaysAgo: 102, dueInDays: -12 },
  GSC: { setDaysAgo: 44, dueInDays: 46 },
  BING: { setDaysAgo: 81, dueInDays: 9 },
  MCP: { setDaysAgo: 20, dueInDays: 70 },
};

const SET_BY = "gid://shopify/StaffMember/78012345";

export async function secretRows(
  shop: string,
  storeId: string,
  keys: KeyProvider,
  providers = Object.keys(ROTATION) as Provider[],
): Promise<Rows["StoreSecret"][]> {
  return Promise.all(
    providers.map(async (provider) => {
      const plaintext = secretText(`${provider.toLowerCase()}-`, shop, provider);
      const place = secretPlace(storeId, provider);
      const { envelope, keyId, version, fingerprint } = await seal(keys, place, plaintext);
      const { setDaysAgo, dueInDays } = ROTATION[provider];
      const setAt = before(SEED_NOW, setDaysAgo * DAY);
      return {
        id: idFor("StoreSecret", shop, provider),
        ...stamp(setAt),
        storeId,
        provider,
        cipherText: envelope,
        encryptionVersion: version,
        keyId,
        fingerprint,
        lastFour: lastFourOf(plaintext),
        setBy: SET_BY,
        rotationReminderAt: after(SEED_NOW, dueInDays * DAY),
        lastRotatedAt: setAt,
      };
    }),
  );
}

export function lastRotationDates(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(ROTATION).map(([provider, { setDaysAgo }]) => [
      provider,
      before(SEED_NOW, setDaysAgo * DAY).toISOString(),
    ]),
  );
}

/** 32 hex digits behind a prefix; the same text for the same name, so that a test can look for it in the raw file. */
export function secretText(prefix: string, ...name: string[]): string {
  return (
    prefix +
    createHash("sha256")
      .update(["secret", ...name].join("/"))
      .digest("hex")
      .slice(0, 32)
  );
}
