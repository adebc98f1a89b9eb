import { expect, it } from "vitest";
import { OLDER } from "~/features/webhooks/handlers/fields";
import { eachDatabase } from "../../../support/databases";
import { everyRow, handle, sample } from "../../../support/webhook-events";
import { figureDays, insertFigures, insertFlag, insertStore } from "../../../support/webhook-rows";

eachDatabase("refunds/create", ({ db }) => {
  let shops = 0;
  const newShop = async () => {
    const store = await insertStore(db(), `refunds-${++shops}`, { ianaTimezone: "America/New_York" });
    await insertFigures(db(), store.id, ["2021-12-30", "2021-12-31", "2022-01-01"]);
    return store;
  };
  const refund = (shop: string, changes = {}) =>
    handle(db(), shop, "refunds/create", sample("refunds/create", changes));

  it("with Shopify's sample drops the figures of its shop day, in its own store only", async () => {
    const [mine, theirs] = [await newShop(), await newShop()];
    expect(await refund(mine.shopDomain)).toBe("done");
    expect(await figureDays(db(), mine.id)).toEqual(["2021-12-30", "2022-01-01"]);
    expect(await figureDays(db(), theirs.id)).toHaveLength(3);
  });

  it("changes no row when repeated", async () => {
    const { shopDomain } = await newShop();
    await refund(shopDomain);
    const before = await everyRow(db());
    expect(await refund(shopDomain)).toBe("done");
    expect(await everyRow(db())).toBe(before);
  });

  it("drops the figures of both days when it was processed on another day", async () => {
    const { id, shopDomain } = await newShop();
    await refund(shopDomain, { processed_at: "2022-01-01T12:00:00-05:00" });
    expect(await figureDays(db(), id)).toEqual(["2021-12-30"]);
  });

  it.each([
    [{ order_id: null }, /^order_id: /],
    [{ order_id: "secret" }, /^order_id: /],
    [{ created_at: "secret" }, /^created_at: /],
  ])("is refused for %o with the field's name and without its value", async (changes, message) => {
    const { shopDomain } = await newShop();
    const error: unknown = await refund(shopDomain, changes).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "PAYLOAD_INVALID", message: expect.stringMatching(message) });
    expect((error as Error).message).not.toContain("secret");
  });
});

const SENT = new Date("2022-01-01T00:00:00.000Z");
const later = (ms: number) => new Date(SENT.getTime() + ms);

eachDatabase("a fulfilment's webhook", ({ db }) => {
  let shops = 0;
  const newShop = () => insertStore(db(), `parcels-${++shops}`);
  const tell = (shop: string, changes: object, topic = "fulfillments/create") =>
    handle(db(), shop, topic, sample(topic, { status: "success", ...changes }));
  const flagOf = (id: string) => db().orderFlag.findUniqueOrThrow({ where: { id } });

  it.each(["fulfillments/create", "fulfillments/update"])(
    "%s with Shopify's sample of a pending fulfilment resolves no flag and is skipped",
    async (topic) => {
      const { id, shopDomain } = await newShop();
      await insertFlag(db(), id, "LATE_FULFILMENT");
      const before = await everyRow(db());
      expect(await tell(shopDomain, { status: "pending" }, topic)).toEqual({
        skipped: "No flag of the order was waiting for this.",
      });
      expect(await everyRow(db())).toBe(before);
    },
  );

  it.each(["LATE_FULFILMENT", "PARTIAL_STALE"])("of a sent parcel resolves %s once", async (rule) => {
    const [{ id, shopDomain }, other] = [await newShop(), await newShop()];
    const flag = await insertFlag(db(), id, rule, { status: "SNOOZED", snoozedUntil: later(1) });
    const theirs = await insertFlag(db(), other.id, rule);
    const unrelated = await insertFlag(db(), id, "HIGH_VALUE");
    expect(await tell(shopDomain, {})).toBe("done");
    expect(await flagOf(flag.id)).toMatchObject({
      ...{ status: "RESOLVED", resolvedBy: "Shopify", resolvedAt: SENT, snoozedUntil: null },
    });
    expect([(await flagOf(unrelated.id)).status, (await flagOf(theirs.id)).status]).toEqual([
      "ATTENTION",
      "ATTENTION",
    ]);
    const before = await everyRow(db());
    expect(await tell(shopDomain, {})).toMatchObject({ skipped: expect.any(String) });
    expect(await everyRow(db())).toBe(before);
  });

  it("resolves a delivery problem when the parcel is delivered, and not in transit", async () => {
    const { id, shopDomain } = await newShop();
    const flag = await insertFlag(db(), id, "DELIVERY_PROBLEM");
    const update = (shipment_status: string) => tell(shopDomain, { shipment_status }, "fulfillments/update");
    expect(await update("in_transit")).toMatchObject({ skipped: expect.any(String) });
    expect((await flagOf(flag.id)).status).toBe("ATTENTION");
    expect(await update("delivered")).toBe("done");
    expect((await flagOf(flag.id)).status).toBe("RESOLVED");
  });

  it("resolves a flag when the parcel was sent at its instant, and not before", async () => {
    const { id, shopDomain } = await newShop();
    const flag = await insertFlag(db(), id, "PARTIAL_STALE", { createdAt: later(1) });
    const news = { updated_at: later(5000).toISOString() };
    expect(await tell(shopDomain, news, "fulfillments/update")).toMatchObject({
      skipped: expect.any(String),
    });
    await db().orderFlag.update({ where: { id: flag.id }, data: { createdAt: SENT } });
    expect(await tell(shopDomain, news, "fulfillments/update")).toBe("done");
  });

  it("without an instant resolves nothing as an update, and resolves the flag as a creation", async () => {
    const { id, shopDomain } = await newShop();
    await insertFlag(db(), id, "LATE_FULFILMENT");
    const silent = { created_at: undefined };
    expect(await tell(shopDomain, silent, "fulfillments/update")).toMatchObject({
      skipped: expect.any(String),
    });
    expect(await tell(shopDomain, silent)).toBe("done");
  });

  it("is skipped when it is older than the flag's snapshot of the order, and applied at the same second", async () => {
    const { id, shopDomain } = await newShop();
    const flag = await insertFlag(db(), id, "LATE_FULFILMENT", { orderUpdatedAt: later(1) });
    expect(await tell(shopDomain, {})).toEqual(OLDER);
    await db().orderFlag.update({ where: { id: flag.id }, data: { orderUpdatedAt: SENT } });
    expect(await tell(shopDomain, {})).toBe("done");
  });

  it("does not change a flag that a person has resolved", async () => {
    const { id, shopDomain } = await newShop();
    const flag = await insertFlag(db(), id, "LATE_FULFILMENT", { status: "RESOLVED", resolvedBy: "them" });
    await tell(shopDomain, {});
    expect((await flagOf(flag.id)).resolvedBy).toBe("them");
  });

  it("is refused without its order, with the field's name", async () => {
    const { shopDomain } = await newShop();
    await expect(tell(shopDomain, { order_id: undefined })).rejects.toMatchObject({
      code: "PAYLOAD_INVALID",
      message: expect.stringMatching(/^order_id: /),
    });
  });
});

eachDatabase("bulk_operations/finish", ({ db }) => {
  it.each([
    [{}, "A bulk operation that Backroom did not start completed."],
    [
      { status: "failed", error_code: "ACCESS_DENIED" },
      "A bulk operation that Backroom did not start ended as failed (ACCESS_DENIED).",
    ],
    [{ status: "canceled" }, "A bulk operation that Backroom did not start ended as canceled."],
  ])("with %o is skipped with the sentence: %s", async (changes, sentence) => {
    const name = `bulk-${JSON.stringify(changes).length}`;
    const { shopDomain } = await insertStore(db(), name);
    const topic = "bulk_operations/finish";
    expect(await handle(db(), shopDomain, topic, sample(topic, changes))).toEqual({ skipped: sentence });
    await expect(
      handle(db(), shopDomain, topic, sample(topic, { ...changes, error_code: "not a code" })),
    ).rejects.toMatchObject({ code: "PAYLOAD_INVALID", message: expect.stringMatching(/^error_code: /) });
  });
});
