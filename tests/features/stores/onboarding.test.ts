import { expect, it } from "vitest";
import { finishStep, hasDone, ONBOARDING_STEPS } from "~/features/stores/onboarding.server";
import { StoreRepository } from "~/features/stores/store.repository.server";
import { eachDatabase } from "../../support/databases";

const NOW = new Date("2026-11-16T15:00:00.000Z");
const LATER = new Date(NOW.getTime() + 60_000);

eachDatabase("the setup guide's steps", ({ db }) => {
  let shops = 0;
  async function openStore() {
    const shopDomain = `guide-${++shops}.myshopify.com`;
    const { id } = await db().store.create({ data: { shopDomain, onboardingFlags: {} } });
    return { id, reload: async () => (await new StoreRepository(db()).findByShopDomain(shopDomain))! };
  }

  it("are both recorded when they are finished concurrently", async () => {
    for (let round = 0; round < 10; round++) {
      const { id, reload } = await openStore();
      await Promise.all(ONBOARDING_STEPS.map((step) => finishStep(db(), id, step, NOW)));
      const store = await reload();
      expect(ONBOARDING_STEPS.map((step) => hasDone(store, step))).toEqual([true, true]);
    }
  });

  it("are both recorded within the same millisecond", async () => {
    const { id, reload } = await openStore();
    const { updatedAt } = await reload();
    for (const step of ONBOARDING_STEPS) await finishStep(db(), id, step, updatedAt);
    const store = await reload();
    expect(ONBOARDING_STEPS.every((step) => hasDone(store, step))).toBe(true);
    expect(store.updatedAt.getTime()).toBe(updatedAt.getTime() + 2);
  });

  it("keep the instant of their first completion", async () => {
    const { id, reload } = await openStore();
    await finishStep(db(), id, "thresholds", NOW);
    await finishStep(db(), id, "thresholds", LATER);
    expect((await reload()).onboardingFlags).toEqual({ thresholds: NOW.toISOString() });
  });

  it("cannot be finished for a store that does not exist", async () => {
    await expect(finishStep(db(), "nobody", "thresholds", NOW)).rejects.toMatchObject({ code: "P2025" });
  });
});
