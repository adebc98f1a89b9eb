import fc from "fast-check";
import { expect, it } from "vitest";
import { OLDER } from "~/features/webhooks/handlers/fields";
import { eachDatabase } from "../../../support/databases";
import { everyRow, handle, sample } from "../../../support/webhook-events";
import { figureDays, insertFigures, insertFlag, insertStore, LONG_AGO } from "../../../support/webhook-rows";

const PLACED = new Date("2022-01-01T00:00:00.000Z");
const DAYS = ["2021-12-30", "2021-12-31", "2022-01-01", "2022-01-02"];

eachDatabase("an order's webhook", ({ db }) => {
  let shops = 0;
  const newShop = (changes = {}) =>
    insertStore(db(), `orders-${++shops}`, { ianaTimezone: "America/New_York", ...changes });
  const tell = (shop: string, changes: object = {}, topic = "orders/updated") =>
    handle(db(), shop, topic, sample(topic, { test: false, ...changes }));
  const flagOf = (id: string) => db().orderFlag.findUniqueOrThrow({ where: { id } });

  it.each(["orders/create", "orders/updated", "orders/cancelled"])(
    "%s with Shopify's sample updates every flag of its order, found by its long id",
    async (topic) => {
      const { id: storeId, shopDomain } = await newShop();
      const flags = [await insertFlag(db(), storeId), await insertFlag(db(), storeId, "NOTE_PRESENT")];
      const neighbour = await insertFlag(db(), storeId, "HIGH_VALUE", {
        orderGid: "gid://shopify/Order/820982911946154500",
      });
      expect(await tell(shopDomain, {}, topic)).toBe("done");
      for (const { id } of flags)
        expect(await flagOf(id)).toMatchObject({
          ...{ orderName: "#9999", orderTotalMinor: 40495n, currency: "USD", customerName: "Sam Doe" },
          ...{ orderPlacedAt: PLACED, orderUpdatedAt: PLACED, status: "ATTENTION" },
        });
      expect((await flagOf(neighbour.id)).orderName).toBe("#1");
    },
  );

  it("does not change the flags and figures of another store", async () => {
    const [mine, theirs] = [await newShop(), await newShop()];
    const flag = await insertFlag(db(), theirs.id);
    await insertFigures(db(), theirs.id, DAYS);
    expect(await tell(mine.shopDomain)).toBe("done");
    expect((await flagOf(flag.id)).orderName).toBe("#1");
    expect(await figureDays(db(), theirs.id)).toEqual(DAYS);
  });

  it("changes no row when repeated", async () => {
    const { id, shopDomain } = await newShop();
    await insertFlag(db(), id);
    await tell(shopDomain);
    const before = await everyRow(db());
    expect(await tell(shopDomain)).toBe("done");
    expect(await everyRow(db())).toBe(before);
  });

  it("is skipped when it is a second older, figures included, and applied at the same second", async () => {
    const { id: storeId, shopDomain } = await newShop();
    const flag = await insertFlag(db(), storeId, "HIGH_VALUE", { orderUpdatedAt: PLACED });
    await insertFigures(db(), storeId, DAYS);
    const older = await tell(shopDomain, { name: "older", updated_at: "2021-12-31T18:59:59-05:00" });
    expect(older).toEqual(OLDER);
    expect(await figureDays(db(), storeId)).toEqual(DAYS);
    expect(await tell(shopDomain, { name: "same" })).toBe("done");
    expect((await flagOf(flag.id)).orderName).toBe("same");
  });

  it("updates the order's older flags and not a newer one", async () => {
    const { id: storeId, shopDomain } = await newShop();
    const behind = await insertFlag(db(), storeId);
    const ahead = await insertFlag(db(), storeId, "OVERSOLD", {
      orderUpdatedAt: new Date(PLACED.getTime() + 1),
    });
    expect(await tell(shopDomain)).toBe("done");
    expect((await flagOf(behind.id)).orderName).toBe("#9999");
    expect((await flagOf(ahead.id)).orderName).toBe("#1");
  });

  it("keeps the customer's name when it has none, and a person's decision", async () => {
    const { id: storeId, shopDomain } = await newShop();
    const flag = await insertFlag(db(), storeId, "HIGH_VALUE", {
      ...{
        customerName: "Robin",
        status: "RESOLVED",
        resolvedBy: "them",
        resolvedAt: LONG_AGO,
        note: "called",
      },
    });
    await tell(shopDomain, { customer: null });
    expect(await flagOf(flag.id)).toMatchObject({
      ...{
        customerName: "Robin",
        status: "RESOLVED",
        resolvedBy: "them",
        note: "called",
        orderName: "#9999",
      },
    });
  });

  it("drops the figures of its day also for an order without flags", async () => {
    const { id, shopDomain } = await newShop();
    await insertFigures(db(), id, DAYS);
    expect(await tell(shopDomain, { cancelled_at: null })).toBe("done");
    // 2022 has begun in UTC, and not in New York.
    expect(await figureDays(db(), id)).toEqual(["2021-12-30", "2022-01-01", "2022-01-02"]);
  });

  it("drops the days on which the order was created, processed and cancelled", async () => {
    const { id, shopDomain } = await newShop({ ianaTimezone: "UTC" });
    await insertFigures(db(), id, [...DAYS, "2022-01-03"]);
    await tell(shopDomain, {
      created_at: "2021-12-30T12:00:00Z",
      processed_at: "2021-12-31T12:00:00Z",
      cancelled_at: "2022-01-02T12:00:00Z",
    });
    expect(await figureDays(db(), id)).toEqual(["2022-01-01", "2022-01-03"]);
  });

  it("drops no figures for a test order", async () => {
    const { id, shopDomain } = await newShop();
    await insertFigures(db(), id, DAYS);
    expect(await tell(shopDomain, { test: true })).toBe("done");
    expect(await figureDays(db(), id)).toEqual(DAYS);
  });

  it.each([
    // Clocks went back on 1 November 2026 in New York: that day has 25 hours, and midnight moves from UTC-4 to UTC-5.
    ["2026-11-01T03:59:59Z", "2026-10-31"],
    ["2026-11-01T04:00:00Z", "2026-11-01"],
    ["2026-11-02T04:59:59Z", "2026-11-01"],
    ["2026-11-02T05:00:00Z", "2026-11-02"],
    // And forward on 8 March: 23 hours.
    ["2026-03-08T04:59:59Z", "2026-03-07"],
    ["2026-03-08T05:00:00Z", "2026-03-08"],
    ["2026-03-09T03:59:59Z", "2026-03-08"],
    ["2026-03-09T04:00:00Z", "2026-03-09"],
  ])("placed at %s belongs to %s in New York", async (instant, day) => {
    const { id, shopDomain } = await newShop();
    const days = ["2026-03-07", "2026-03-08", "2026-03-09", "2026-10-31", "2026-11-01", "2026-11-02"];
    await insertFigures(db(), id, days);
    await tell(shopDomain, { created_at: instant, processed_at: instant, cancelled_at: null });
    expect(await figureDays(db(), id)).toEqual(days.filter((other) => other !== day));
  });

  it.each([
    ["1000", "JPY", 1000n],
    ["1000.00", "JPY", 1000n],
    ["12.345", "KWD", 12345n],
    ["0.00", "EUR", 0n],
  ])("stores %s %s as %s minor units", async (price, currency, minor) => {
    const { id: storeId, shopDomain } = await newShop();
    const flag = await insertFlag(db(), storeId);
    await tell(shopDomain, { total_price: price, currency });
    expect(await flagOf(flag.id)).toMatchObject({ orderTotalMinor: minor, currency });
  });

  it.each([
    [{ total_price: "12.345" }, /^total_price: /],
    [{ total_price: "secret" }, /^total_price: /],
    [{ total_price: 12.3 }, /^total_price: /],
    [{ currency: "usd" }, /^currency: /],
    [{ created_at: "2021-12-31" }, /^created_at: /],
    [{ created_at: null }, /^created_at: /],
    [{ name: undefined }, /^name: /],
    [{ id: 1.5 }, /^id: /],
    [{ id: "12; secret" }, /^id: /],
    [{ id: undefined, admin_graphql_api_id: undefined }, /^id: /],
    [{ admin_graphql_api_id: "gid://shopify/Customer/5" }, /^admin_graphql_api_id: /],
    [{ customer: "secret" }, /^customer: /],
  ])("is refused for %o with the field's name and without its value", async (changes, message) => {
    const { shopDomain } = await newShop();
    const error: unknown = await tell(shopDomain, changes).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "PAYLOAD_INVALID", message: expect.stringMatching(message) });
    expect((error as Error).message).not.toContain("secret");
  });

  it("is refused when it is not an object", async () => {
    const { shopDomain } = await newShop();
    for (const payload of [null, [], "text", 5])
      await expect(handle(db(), shopDomain, "orders/create", payload)).rejects.toMatchObject({
        code: "PAYLOAD_INVALID",
      });
  });

  it("finds the flags of its GID by its number alone", async () => {
    const { id: storeId, shopDomain } = await newShop();
    const flag = await insertFlag(db(), storeId);
    await tell(shopDomain, { admin_graphql_api_id: undefined });
    expect((await flagOf(flag.id)).orderName).toBe("#9999");
  });

  it("is dated by X-Shopify-Triggered-At, else by its arrival, when it has no instant", async () => {
    const { id: storeId, shopDomain } = await newShop();
    const flag = await insertFlag(db(), storeId);
    const payload = sample("orders/updated", { updated_at: null });
    const triggeredAt = new Date("2026-11-20T12:00:00.000Z");
    await handle(db(), shopDomain, "orders/updated", payload, { triggeredAt });
    expect((await flagOf(flag.id)).orderUpdatedAt).toEqual(triggeredAt);
    const receivedAt = new Date("2026-11-20T12:00:05.000Z");
    await handle(db(), shopDomain, "orders/updated", payload, { triggeredAt: null, receivedAt });
    expect((await flagOf(flag.id)).orderUpdatedAt).toEqual(receivedAt);
  });

  it("ends in the newest state when deliveries are shuffled and repeated", async () => {
    const seconds = fc.uniqueArray(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 6 });
    const deliveries = seconds.chain((all) =>
      fc.record({
        newest: fc.constant(Math.max(...all)),
        order: fc.shuffledSubarray([...all, ...all], {
          minLength: all.length * 2,
          maxLength: all.length * 2,
        }),
      }),
    );
    const event = (second: number) => ({
      name: `#${second}`,
      total_price: `${second}.50`,
      updated_at: `2026-11-20T12:00:${String(second).padStart(2, "0")}Z`,
    });
    await fc.assert(
      fc.asyncProperty(deliveries, async ({ newest, order }) => {
        const { id: storeId, shopDomain } = await newShop();
        const flag = await insertFlag(db(), storeId);
        for (const second of order) await tell(shopDomain, event(second));
        expect(await flagOf(flag.id)).toMatchObject({
          orderName: `#${newest}`,
          orderTotalMinor: BigInt(newest * 100 + 50),
          orderUpdatedAt: new Date(event(newest).updated_at),
        });
      }),
      { numRuns: 8 },
    );
  });
});
