import { expect, it } from "vitest";
import { seedFingerprint } from "../../prisma/seed/fingerprint";
import { DEVELOPMENT_ENCRYPTION_KEY, seedKeys } from "../../prisma/seed/keys";
import { seedLoad } from "../../prisma/seed/load";
import { eachDatabase } from "../support/databases";

const { keys } = seedKeys({ ENCRYPTION_KEY: DEVELOPMENT_ENCRYPTION_KEY });

eachDatabase("the load seed", ({ db }) => {
  const said: number[] = [];
  const load = (stores: number) =>
    seedLoad(db(), keys, stores, { connections: 5, onProgress: (done) => said.push(done) });

  it("makes as many stores as it was asked for, each with the same share of rows", async () => {
    const { rows, inserted } = await load(3);
    expect(inserted).toBe(rows);
    expect(rows / 3).toBeGreaterThanOrEqual(150);
    expect(said.at(-1)).toBe(3);
    const domains = (await db().store.findMany()).map((store) => store.shopDomain).sort();
    expect(domains).toEqual([
      "load-0001.myshopify.com",
      "load-0002.myshopify.com",
      "load-0003.myshopify.com",
    ]);
    for (const { id } of await db().store.findMany()) {
      expect(await db().kpiCache.count({ where: { storeId: id } })).toBe(90);
      expect(await db().orderFlag.count({ where: { storeId: id } })).toBe(20);
      expect(await db().ticketMessage.count({ where: { storeId: id } })).toBe(10);
      expect(await db().productVelocity.count({ where: { storeId: id } })).toBe(15);
    }
  });

  it("changes nothing when it is asked for the same number again", async () => {
    const before = await seedFingerprint(db(), keys);
    expect(await load(3)).toMatchObject({ inserted: 0 });
    expect(await seedFingerprint(db(), keys)).toEqual(before);
  });

  it("adds the rest when it is asked for more", async () => {
    const { rows, inserted } = await load(5);
    expect(inserted).toBe((rows / 5) * 2);
  });
});
