/** The seeded figures against a second way of getting them: a flat ledger, and New York's clock by hand. */
import { describe, expect, it } from "vitest";
import { DEMO_DAYS, demoCatalogue } from "../../prisma/seed/catalogue";
import { kpiRows } from "../../prisma/seed/kpis";
import { RECEIPTS } from "../../prisma/seed/purchase-orders";

const catalogue = demoCatalogue();
const rows = kpiRows(catalogue, "store", DEMO_DAYS, RECEIPTS);
const payloads = (kind: string) =>
  rows.filter((row) => row.kind === kind).map((row) => [row.fromDay, row.payload] as const);

/** Daylight saving time ended on 1 November 2026 at 06:00 UTC. */
function newYorkDay(instant: Date): string {
  const hours = instant < new Date("2026-11-01T06:00:00Z") ? 4 : 5;
  return new Date(instant.getTime() - hours * 3_600_000).toISOString().slice(0, 10);
}

const orders = catalogue.orders.filter((order) => !order.test);
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

describe("seeded figures", () => {
  it("cover 90 shop days in three kinds, the last of them the seed's own day", () => {
    expect(rows.length).toBe(270);
    expect([DEMO_DAYS[0], DEMO_DAYS.at(-1)]).toEqual(["2026-08-19", "2026-11-16"]);
    expect(new Set(rows.map((row) => `${row.kind} ${row.fromDay}`)).size).toBe(270);
    expect(rows.every((row) => row.fromDay === row.toDay)).toBe(true);
  });

  it("book the sales of every day, and the refunds of that day whatever they were for", () => {
    for (const [day, payload] of payloads("SALES")) {
      const ledger = orders.flatMap((order) => [
        ...order.lines.map((line) => ({
          at: order.placedAt,
          gross: line.unitPriceMinor * line.quantity,
          discounts: line.discountMinor,
        })),
        { at: order.placedAt, shipping: order.shippingMinor, taxes: order.taxMinor },
        ...order.refunds.map((refund) => ({
          at: refund.createdAt,
          returns: sum(refund.lines.map((line) => line.amountMinor)),
          shipping: -refund.shippingMinor,
          taxes: -refund.taxMinor,
        })),
      ]);
      const ofDay = ledger.filter(({ at }) => newYorkDay(at) === day);
      const total = (key: "gross" | "discounts" | "returns" | "shipping" | "taxes") =>
        sum(ofDay.map((entry) => (entry as Partial<Record<typeof key, number>>)[key] ?? 0));
      const netMinor = total("gross") - total("discounts") - total("returns");
      expect(payload, day).toEqual({
        grossMinor: total("gross"),
        discountsMinor: total("discounts"),
        returnsMinor: total("returns"),
        netMinor,
        shippingMinor: total("shipping"),
        taxesMinor: total("taxes"),
        totalMinor: netMinor + total("shipping") + total("taxes"),
      });
    }
  });

  it("count the orders and the people of every day", () => {
    for (const [day, payload] of payloads("ORDERS")) {
      const ofDay = orders.filter((order) => newYorkDay(order.placedAt) === day);
      const people = [...new Set(ofDay.flatMap((order) => order.customerGid ?? []))];
      // First-time: the lifetime count is used up by this one order and the ones after this day.
      const firstTime = people.filter((gid) => {
        const lifetime = catalogue.customers.find((customer) => customer.gid === gid)!.numberOfOrders;
        const later = orders.filter(
          (order) => order.customerGid === gid && newYorkDay(order.placedAt) > day,
        ).length;
        return lifetime - later === 1;
      });
      expect(payload, day).toEqual({
        orders: ofDay.length,
        units: sum(ofDay.flatMap((order) => order.lines.map((line) => line.quantity))),
        customers: people.length,
        firstTimeCustomers: firstTime.length,
        returningCustomers: people.length - firstTime.length,
        cancelled: ofDay.filter((order) => order.cancelledAt).length,
      });
    }
  });

  it("count the stock at the end of every day", () => {
    const sold = orders.flatMap((order) =>
      order.lines.flatMap(({ sku, quantity }) => [
        { sku, day: newYorkDay(order.placedAt), quantity },
        ...(order.cancelledAt ? [{ sku, day: newYorkDay(order.cancelledAt), quantity: -quantity }] : []),
      ]),
    );
    const arrived = RECEIPTS.map((receipt) => ({ ...receipt, quantity: -receipt.quantity }));
    const variants = catalogue.products.flatMap((product) => product.variants);
    const moved = new Map(
      variants.map(({ sku }) => [sku, [...sold, ...arrived].filter((movement) => movement.sku === sku)]),
    );
    for (const [day, payload] of payloads("INVENTORY")) {
      const levels = variants.map(({ sku, available, unitCostMinor }) => {
        const later = moved.get(sku)!.filter((movement) => movement.day > day);
        return {
          units: Math.max(0, available + sum(later.map(({ quantity }) => quantity))),
          unitCostMinor,
        };
      });
      expect(payload, day).toEqual({
        units: sum(levels.map(({ units }) => units)),
        valueMinor: sum(levels.map(({ units, unitCostMinor }) => units * unitCostMinor)),
        skus: 40,
        outOfStockSkus: levels.filter(({ units }) => units === 0).length,
      });
    }
  });
});
