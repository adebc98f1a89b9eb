import type { Queryable } from "~/platform/db/client.server";

export type Store = NonNullable<Awaited<ReturnType<StoreRepository["findByShopDomain"]>>>;

/** The root of the tenant tables: found by shop domain, then everything else hangs on its id. */
export class StoreRepository {
  constructor(private readonly db: Queryable) {}

  findByShopDomain(shopDomain: string) {
    return this.db.store.findUnique({ where: { shopDomain } });
  }

  /** The row of a shop that just authenticated; a shop that comes back keeps its row and its id. */
  async upsertInstalled(shopDomain: string, scopes: string, now: Date) {
    const existing = await this.findByShopDomain(shopDomain);
    if (existing?.status === "ACTIVE" && existing.scopes === scopes) return existing;
    const installed = { scopes, status: "ACTIVE" as const, uninstalledAt: null };
    return this.db.store.upsert({
      where: { shopDomain },
      create: { ...installed, shopDomain, onboardingFlags: {}, installedAt: now },
      update: existing?.status === "ACTIVE" ? { scopes } : { ...installed, installedAt: now },
    });
  }

  async updateAccessToken(id: string, envelope: string | null) {
    await this.db.store.update({ where: { id }, data: { accessToken: envelope } });
  }

  async updateShopFacts(
    id: string,
    facts: { shopGid: string; name: string; currency: string; ianaTimezone: string },
  ) {
    await this.db.store.update({ where: { id }, data: facts });
  }

  /** Adds to the setup guide's finished steps; a step keeps the instant at which it was first finished. */
  async addOnboardingFlag(id: string, step: string, now: Date) {
    const store = await this.db.store.findUnique({ where: { id }, select: { onboardingFlags: true } });
    const flags = (store?.onboardingFlags ?? {}) as Record<string, string>;
    if (flags[step]) return;
    const onboardingFlags = { ...flags, [step]: now.toISOString() };
    await this.db.store.update({ where: { id }, data: { onboardingFlags } });
  }
}
