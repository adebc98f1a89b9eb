import { expect, it } from "vitest";
import { PROVIDERS } from "~/features/connections/provider";
import { StoreSecretRepository } from "~/features/connections/store-secret.repository.server";
import { eachDatabase } from "../../support/databases";
import { T0, TEST_KEYS } from "../../support/tenant-rows";

eachDatabase("the list of secrets", ({ db }) => {
  it("has the order of the providers, independent of the order of storing", async () => {
    const { id } = await db().store.create({
      data: { shopDomain: "secrets.myshopify.com", onboardingFlags: {} },
    });
    const secrets = new StoreSecretRepository(db(), id, TEST_KEYS);
    for (const provider of [...PROVIDERS].reverse())
      await secrets.upsert(
        provider,
        { plaintext: "secret", setBy: null, rotationReminderAt: null, lastFour: "", nextTestAt: null },
        T0,
      );
    expect((await secrets.list()).map(({ provider }) => provider)).toEqual([...PROVIDERS]);
  });
});
