import type { Queryable } from "~/platform/db/client.server";

export type Store = NonNullable<Awaited<ReturnType<StoreRepository["findByShopDomain"]>>>;

/** The root of the tenant tables: found by shop domain, then everything else hangs on its id. */
export class StoreRepository {
  constructor(private readonly db: Queryable) {}

  findByShopDomain(shopDomain: string) {
    return this.db.store.findUnique({ where: { shopDomain } });
  }

  async findStatus(id: string) {
    const store = await this.db.store.findUnique({ where: { id }, select: { status: true } });
    return store?.status ?? null;
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

  findById(id: string) {
    return this.db.store.findUnique({ where: { id } });
  }

  /** No token outlives it. False when the store is no longer active, or was installed after `at`. */
  async markUninstalled(id: string, at: Date): Promise<boolean> {
    const { count } = await this.db.store.updateMany({
      where: { id, status: "ACTIVE", installedAt: { lte: at } },
      data: { status: "UNINSTALLED", uninstalledAt: at, accessToken: null },
    });
    return count > 0;
  }

  /** What Shopify said of the shop at `shopUpdatedAt`; false when something newer is known. */
  async updateShopFactsAsOf(
    id: string,
    shopUpdatedAt: Date,
    facts: { name: string; currency: string; ianaTimezone: string },
  ): Promise<boolean> {
    const { count } = await this.db.store.updateMany({
      where: { id, OR: [{ shopUpdatedAt: null }, { shopUpdatedAt: { lte: shopUpdatedAt } }] },
      data: { ...facts, shopUpdatedAt },
    });
    return count > 0;
  }

  /** What the merchant had granted at `scopesUpdatedAt`; false when something newer is known. */
  async updateScopesAsOf(id: string, scopesUpdatedAt: Date, scopes: string): Promise<boolean> {
    const { count } = await this.db.store.updateMany({
      where: { id, OR: [{ scopesUpdatedAt: null }, { scopesUpdatedAt: { lte: scopesUpdatedAt } }] },
      data: { scopes, scopesUpdatedAt },
    });
    return count > 0;
  }

  /**
   * Adds to the setup guide's finished steps; a step keeps the instant at which it was first finished.
   * @throws {StoreBusyError} when other writers came in between at every attempt
   */
  async addOnboardingFlag(id: string, step: string, now: Date) {
    for (let attempt = 1; attempt <= FLAG_ATTEMPTS; attempt++) {
      const { onboardingFlags, updatedAt } = await this.db.store.findUniqueOrThrow({ where: { id } });
      const flags = (onboardingFlags ?? {}) as Record<string, string>;
      if (flags[step]) return;
      const { count } = await this.db.store.updateMany({
        where: { id, updatedAt },
        data: {
          onboardingFlags: { ...flags, [step]: now.toISOString() },
          // Later than what was read even within its millisecond, so that whoever read the same is turned away.
          updatedAt: new Date(Math.max(now.getTime(), updatedAt.getTime() + 1)),
        },
      });
      if (count) return;
    }
    throw new StoreBusyError(`Store ${id} was changed by others ${FLAG_ATTEMPTS} times in a row.`);
  }
}

const FLAG_ATTEMPTS = 5;

class StoreBusyError extends Error {
  readonly name = "StoreBusyError";
  readonly code = "STORE_BUSY";
}
