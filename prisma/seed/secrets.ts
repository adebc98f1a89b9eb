/** Provider credentials. They are invented and open nothing, and are sealed like real ones. */
import { createHash } from "node:crypto";
import { lastFourOf, writeCredential, type Credential } from "~/features/connections/credential";
import { secretPlace } from "~/features/connections/secret-place";
import { seal } from "~/platform/crypto/envelope.server";
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import { idFor } from "./ids";
import { after, before, DAY, HOUR, SEED_NOW } from "./instant";
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
      const credential = seededCredential(shop, provider);
      const plaintext = writeCredential(credential);
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
        lastFour: lastFourOf(credential),
        setBy: SET_BY,
        rotationReminderAt: after(SEED_NOW, dueInDays * DAY),
        lastRotatedAt: setAt,
        nextTestAt: after(SEED_NOW, 3 * HOUR),
      };
    }),
  );
}

/** Invented, and accepted by the local providers of the demo (dev/local-providers). */
export function seededCredential(shop: string, provider: Provider): Credential {
  const text = (prefix: string, name: string) => secretText(prefix, shop, provider, name);
  switch (provider) {
    case "GA4":
    case "GSC":
      return {
        kind: "oauth",
        clientId: `${provider.toLowerCase()}-demo.apps.googleusercontent.com`,
        clientSecret: text("GOCSPX-", "client"),
        refreshToken: text("1//", "refresh"),
      };
    case "BING":
      return { kind: "api_key", apiKey: text("", "key") };
    case "MCP":
      return { kind: "bearer", token: text("mcp_", "token") };
  }
}

/** When each secret was set, and the one or two before it: all since the shop installed. */
export function lastRotationDates(): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(ROTATION).map(([provider, { setDaysAgo }], i) => {
      const daysAgo = [0, 70, 140].slice(0, 2 + (i % 2)).map((days) => setDaysAgo + days);
      return [provider, daysAgo.map((days) => before(SEED_NOW, days * DAY).toISOString())];
    }),
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
