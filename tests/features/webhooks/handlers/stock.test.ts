import fc from "fast-check";
import { expect, it } from "vitest";
import { OLDER } from "~/features/webhooks/handlers/fields";
import { eachDatabase } from "../../../support/databases";
import { everyRow, handle, sample } from "../../../support/webhook-events";
import {
  insertStore,
  insertVelocity,
  ITEM_GID,
  locationGid,
  LONG_AGO,
  variantGid,
} from "../../../support/webhook-rows";

const TOLD = new Date("2022-01-01T00:00:00.000Z");
const later = (ms: number) => new Date(TOLD.getTime() + ms);
const HERE = 24826418;

eachDatabase("inventory_levels/update", ({ db }) => {
  let shops = 0;
  const newShop = () => insertStore(db(), `stock-${++shops}`);
  const topic = "inventory_levels/update";
  const tell = (shop: string, changes = {}) => handle(db(), shop, topic, sample(topic, changes));
  const stockOf = async (id: string) => {
    const { available, stockLevels, stockUpdatedAt } = await db().productVelocity.findUniqueOrThrow({
      where: { id },
    });
    return { available, stockLevels, stockUpdatedAt };
  };
  const level = (available: number, at = TOLD) => ({ available, updatedAt: at.toISOString() });

  it("with Shopify's sample sets the stock at its location, in its own store only", async () => {
    const [mine, theirs] = [await newShop(), await newShop()];
    const [row, other] = [await insertVelocity(db(), mine.id, 1), await insertVelocity(db(), theirs.id, 1)];
    expect(await tell(mine.shopDomain)).toBe("done");
    expect(await stockOf(row.id)).toEqual({
      ...{ available: 10, stockLevels: { [locationGid(HERE)]: level(10) }, stockUpdatedAt: TOLD },
    });
    expect(await stockOf(other.id)).toEqual({ available: 7, stockLevels: null, stockUpdatedAt: LONG_AGO });
  });

  it("sums the known locations, each with its latest level", async () => {
    const { id, shopDomain } = await newShop();
    const there = { [locationGid(5)]: level(3, later(9000)) };
    const row = await insertVelocity(db(), id, 1, { stockLevels: there, stockUpdatedAt: later(9000) });
    expect(await tell(shopDomain)).toBe("done");
    expect(await stockOf(row.id)).toEqual({
      available: 13,
      stockLevels: { ...there, [locationGid(HERE)]: level(10) },
      stockUpdatedAt: later(9000),
    });
    await tell(shopDomain, { available: -4, updated_at: later(1000).toISOString() });
    expect((await stockOf(row.id)).available).toBe(-1);
  });

  it("is skipped when it is a second older than its location's level, and applied at the same second", async () => {
    const { id, shopDomain } = await newShop();
    const known = { [locationGid(HERE)]: level(99, later(1000)) };
    const row = await insertVelocity(db(), id, 1, { stockLevels: known, available: 99 });
    expect(await tell(shopDomain)).toEqual(OLDER);
    expect((await stockOf(row.id)).available).toBe(99);
    expect(await tell(shopDomain, { updated_at: later(1000).toISOString() })).toBe("done");
    expect((await stockOf(row.id)).available).toBe(10);
  });

  it("is skipped when it is older than a sum of unknown parts, and replaces it at the same instant", async () => {
    const { id, shopDomain } = await newShop();
    const row = await insertVelocity(db(), id, 1, { stockUpdatedAt: later(1) });
    expect(await tell(shopDomain)).toEqual(OLDER);
    await db().productVelocity.update({ where: { id: row.id }, data: { stockUpdatedAt: TOLD } });
    expect(await tell(shopDomain)).toBe("done");
    expect((await stockOf(row.id)).available).toBe(10);
  });

  it("changes no row when repeated", async () => {
    const { id, shopDomain } = await newShop();
    await insertVelocity(db(), id, 1);
    await tell(shopDomain);
    const before = await everyRow(db());
    expect(await tell(shopDomain)).toBe("done");
    expect(await everyRow(db())).toBe(before);
  });

  it("is skipped for an unknown item and for one without tracked stock", async () => {
    const { id, shopDomain } = await newShop();
    expect(await tell(shopDomain)).toEqual({ skipped: "Backroom keeps no figures of this item." });
    const row = await insertVelocity(db(), id, 1);
    expect(await tell(shopDomain, { available: null })).toEqual({
      skipped: "Shopify does not count this item's stock.",
    });
    expect((await stockOf(row.id)).available).toBe(7);
  });

  it("applies concurrent updates from several locations", async () => {
    const { id, shopDomain } = await newShop();
    const row = await insertVelocity(db(), id, 1, { stockLevels: {}, available: 0 });
    const locations = [11, 12, 13];
    await Promise.all(
      locations.map((location_id) => tell(shopDomain, { location_id, available: location_id })),
    );
    expect((await stockOf(row.id)).available).toBe(36);
  });

  it.each([
    [{ available: 1.5 }, /^available: /],
    [{ available: "secret" }, /^available: /],
    [{ available: undefined }, /^available: /],
    [{ available: 2_147_483_648 }, /^available: /],
    [{ location_id: "secret" }, /^location_id: /],
    [{ inventory_item_id: 0 }, /^inventory_item_id: /],
    [{ updated_at: "secret" }, /^updated_at: /],
  ])("is refused for %o with the field's name and without its value", async (changes, message) => {
    const { shopDomain } = await newShop();
    const error: unknown = await tell(shopDomain, changes).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "PAYLOAD_INVALID", message: expect.stringMatching(message) });
    expect((error as Error).message).not.toContain("secret");
  });

  it("ends in the newest level of each location when deliveries are shuffled and repeated", async () => {
    const event = fc.record({ location: fc.constantFrom(1, 2), second: fc.integer({ min: 0, max: 9 }) });
    const deliveries = fc
      .uniqueArray(event, {
        minLength: 1,
        maxLength: 6,
        selector: ({ location, second }) => `${location}/${second}`,
      })
      .chain((all) =>
        fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2, maxLength: all.length * 2 }),
      );
    await fc.assert(
      fc.asyncProperty(deliveries, async (order) => {
        const { id, shopDomain } = await newShop();
        const row = await insertVelocity(db(), id, 1, { stockLevels: {}, available: 0 });
        for (const { location, second } of order)
          await tell(shopDomain, {
            ...{ location_id: location, available: location * 100 + second },
            updated_at: later(second * 1000).toISOString(),
          });
        const newest = [1, 2].flatMap((location) => {
          const seconds = order.filter((one) => one.location === location).map(({ second }) => second);
          return seconds.length ? [location * 100 + Math.max(...seconds)] : [];
        });
        expect((await stockOf(row.id)).available).toBe(newest.reduce((sum, units) => sum + units, 0));
      }),
      { numRuns: 8 },
    );
  });
});

const SMALL = "642667041472713922";
const MEDIUM = "757650484644203962";

eachDatabase("products/update", ({ db }) => {
  let shops = 0;
  const newShop = () => insertStore(db(), `products-${++shops}`);
  const topic = "products/update";
  const tell = (shop: string, changes = {}) => handle(db(), shop, topic, sample(topic, changes));
  const rowsOf = (storeId: string) =>
    db().productVelocity.findMany({ where: { storeId }, orderBy: { variantGid: "asc" } });
  const variantsOf = async (storeId: string) => (await rowsOf(storeId)).map((row) => row.variantGid);

  it("with Shopify's sample updates the rows of its variants, in its own store only", async () => {
    const [mine, theirs] = [await newShop(), await newShop()];
    for (const { id } of [mine, theirs]) await insertVelocity(db(), id, SMALL);
    expect(await tell(mine.shopDomain)).toBe("done");
    expect(await rowsOf(mine.id)).toMatchObject([
      {
        ...{ productTitle: "Plain shirt", vendor: "Loom & Co", variantTitle: "Small", sku: "" },
        ...{ inventoryItemGid: ITEM_GID, productUpdatedAt: TOLD, available: 7 },
      },
    ]);
    expect(await rowsOf(theirs.id)).toMatchObject([{ productTitle: "Old title", productUpdatedAt: null }]);
  });

  it("updates the SKU and the inventory item, and stores no title for a default variant", async () => {
    const { id, shopDomain } = await newShop();
    await insertVelocity(db(), id, SMALL);
    const variant = { id: SMALL, title: "Default Title", sku: "NEW-1", inventory_item_id: 42 };
    await tell(shopDomain, { variants: [variant], variant_gids: undefined });
    expect(await rowsOf(id)).toMatchObject([
      { variantTitle: null, sku: "NEW-1", inventoryItemGid: "gid://shopify/InventoryItem/42" },
    ]);
  });

  it("changes no row when repeated, is skipped when it is older, and applied at the same second", async () => {
    const { id, shopDomain } = await newShop();
    await insertVelocity(db(), id, SMALL);
    await insertVelocity(db(), id, MEDIUM);
    await tell(shopDomain);
    const before = await everyRow(db());
    expect(await tell(shopDomain)).toBe("done");
    const older = { title: "Older", variants: [{ id: MEDIUM }], updated_at: later(-1000).toISOString() };
    expect(await tell(shopDomain, older)).toEqual(OLDER);
    expect(await everyRow(db())).toBe(before);
    expect(await tell(shopDomain, { title: "Same second" })).toBe("done");
    expect((await rowsOf(id))[0]?.productTitle).toBe("Same second");
  });

  it("is skipped when it is older than the computation of the row, and deletes nothing", async () => {
    const { id, shopDomain } = await newShop();
    await insertVelocity(db(), id, 5, { computedAt: later(1) });
    expect(await tell(shopDomain)).toEqual(OLDER);
    expect(await variantsOf(id)).toHaveLength(1);
  });

  it("deletes the rows of removed variants of its product in its own store only", async () => {
    const [{ id, shopDomain }, theirs] = [await newShop(), await newShop()];
    await insertVelocity(db(), id, SMALL);
    await insertVelocity(db(), id, 5);
    await insertVelocity(db(), id, 6, { productGid: "gid://shopify/Product/6" });
    await insertVelocity(db(), theirs.id, 5);
    expect(await tell(shopDomain)).toBe("done");
    expect(await variantsOf(id)).toEqual([variantGid(6), variantGid(SMALL)]);
    expect(await variantsOf(theirs.id)).toEqual([variantGid(5)]);
  });

  const shown = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ id: 1000 + i, title: `V${i}` }));

  it.each([
    ["99 variants are shown, which are all", { variants: shown(99), variant_gids: undefined }, 0],
    ["100 are shown, which may not be all", { variants: shown(100), variant_gids: undefined }, 1],
    [
      "the others are named",
      { variants: shown(100), variant_gids: [{ admin_graphql_api_id: variantGid(5) }] },
      1,
    ],
    [
      "the others are named and it is not among them",
      { variants: shown(100), variant_gids: [{ admin_graphql_api_id: variantGid(4) }] },
      0,
    ],
    ["no variants are shown", { variants: [], variant_gids: [] }, 1],
    ["variants are not told", { variants: undefined, variant_gids: undefined }, 1],
  ])(
    "when %s, keeps or deletes the row of a variant that is not listed (case %#)",
    async (_when, changes, left) => {
      const { id, shopDomain } = await newShop();
      await insertVelocity(db(), id, 5);
      expect(await tell(shopDomain, changes)).toBe("done");
      expect(await rowsOf(id)).toHaveLength(left);
      if (left)
        expect((await rowsOf(id))[0]).toMatchObject({ productTitle: "Plain shirt", variantTitle: "Old" });
    },
  );

  it("is skipped for a product without rows", async () => {
    const { shopDomain } = await newShop();
    expect(await tell(shopDomain)).toEqual({ skipped: "Backroom keeps no figures of this product." });
  });

  it.each([
    [{ title: "" }, /^title: /],
    [{ title: undefined }, /^title: /],
    [{ variants: "secret" }, /^variants: /],
    [{ variants: [{ id: SMALL, sku: 5 }] }, /^variants\.0\.sku: /],
    [{ variants: [{ title: "secret" }] }, /^id: /],
    [{ vendor: 5 }, /^vendor: /],
    [{ updated_at: "secret" }, /^updated_at: /],
  ])("is refused for %o with the field's name and without its value", async (changes, message) => {
    const { shopDomain } = await newShop();
    const error: unknown = await tell(shopDomain, changes).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "PAYLOAD_INVALID", message: expect.stringMatching(message) });
    expect((error as Error).message).not.toContain("secret");
  });
});
