/** A store with its session and settings, as an install leaves them. */
import type { Prisma } from "#prisma/postgres";
import { accessTokenPlace } from "~/features/stores/install.server";
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import { sealTokens } from "~/platform/shopify/session-storage.server";
import { idFor } from "./ids";
import { after, before, DAY, HOUR, MINUTE, SEED_NOW } from "./instant";
import { sealed } from "./keys";
import { secretText } from "./secrets";
import { stamp, type Rows, type SeedRows } from "./rows";

const SCOPES = "read_customers,read_inventory,read_locations,read_orders,read_products";

export type StorePlan = {
  domain: string;
  gid: string;
  name: string;
  currency: string;
  ianaTimezone: string;
  planLevel: Rows["Store"]["planLevel"];
  installedDaysAgo: number;
  /** Gone: no token and no session, everything else kept for a reinstall */
  uninstalledDaysAgo?: number;
  onboarding: string[];
  settings: Pick<Rows["StoreSettings"], "version"> & {
    thresholds: Prisma.JsonObject;
    featureToggles: Prisma.JsonObject;
    connectionMetadata: Prisma.JsonObject;
    lastRotationDates: Prisma.JsonObject;
  };
};

export function storeIdOf(domain: string): string {
  return idFor("Store", domain);
}

export async function storeRows(plan: StorePlan, keys: KeyProvider): Promise<SeedRows> {
  const id = storeIdOf(plan.domain);
  const installedAt = before(SEED_NOW, plan.installedDaysAgo * DAY);
  const uninstalledAt =
    plan.uninstalledDaysAgo === undefined ? null : before(SEED_NOW, plan.uninstalledDaysAgo * DAY);
  const accessToken = secretText("shpat_", plan.domain, "access");
  const store: Rows["Store"] = {
    id,
    ...stamp(installedAt, uninstalledAt ?? after(installedAt, DAY)),
    shopDomain: plan.domain,
    shopGid: plan.gid,
    name: plan.name,
    accessToken: uninstalledAt ? null : await sealed(keys, accessTokenPlace(id), accessToken),
    planLevel: plan.planLevel,
    status: uninstalledAt ? "UNINSTALLED" : "ACTIVE",
    currency: plan.currency,
    ianaTimezone: plan.ianaTimezone,
    scopes: SCOPES,
    onboardingCompletedAt: plan.onboarding.length >= 4 ? after(installedAt, DAY) : null,
    onboardingFlags: Object.fromEntries(
      plan.onboarding.map((step, i) => [step, after(installedAt, (i * 3 + 1) * HOUR).toISOString()]),
    ),
    shopUpdatedAt: null,
    scopesUpdatedAt: null,
    installedAt,
    uninstalledAt,
  };
  const settings: Rows["StoreSettings"] = {
    id: idFor("StoreSettings", plan.domain),
    ...stamp(installedAt, after(installedAt, 2 * DAY)),
    storeId: id,
    ...plan.settings,
  };
  const sessions = uninstalledAt ? [] : [await offlineSession(plan.domain, accessToken, keys)];
  return { Store: [store], Session: sessions, StoreSettings: [settings] };
}

async function offlineSession(
  shop: string,
  accessToken: string,
  keys: KeyProvider,
): Promise<Rows["Session"]> {
  const id = `offline_${shop}`;
  const tokens = { accessToken, refreshToken: secretText("shprt_", shop, "refresh") };
  return {
    id,
    ...stamp(before(SEED_NOW, 10 * MINUTE)),
    shop,
    state: "",
    isOnline: false,
    scope: SCOPES,
    expires: after(SEED_NOW, HOUR),
    ...(await sealTokens(keys, { id, shop, ...tokens })),
    userId: null,
    firstName: null,
    lastName: null,
    email: null,
    accountOwner: false,
    locale: null,
    collaborator: false,
    emailVerified: false,
    refreshTokenExpires: after(SEED_NOW, 90 * DAY),
    refreshLockedUntil: null,
  };
}
