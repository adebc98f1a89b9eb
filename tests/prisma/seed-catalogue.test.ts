import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { DEMO_DAYS, demoCatalogue, demoIncidents } from "../../prisma/seed/catalogue";
import { idFor, uuidFor } from "../../prisma/seed/ids";
import { SEED_NOW } from "../../prisma/seed/instant";
import { goodsOf, totalOf } from "../../prisma/seed/order-math";
import { random } from "../../prisma/seed/random";
import { velocityRows } from "../../prisma/seed/velocities";

const catalogue = demoCatalogue();
const { orders, products, customers } = catalogue;
const HOUR = 3_600_000;

describe("the demo catalogue", () => {
  it("is the same on every machine", () => {
    // A change here is a change of the demo that everybody sees: make it on purpose, then put the new hash in.
    expect(createHash("sha256").update(JSON.stringify(catalogue)).digest("hex")).toBe(
      "968aa88083bd00e21a218af192e0e6c23801c7aa641ff0ff2ffc866115074161",
    );
  });

  it("is a small shop: 40 SKUs of five vendors and some 1,300 orders over 90 days", () => {
    expect(products.flatMap((product) => product.variants).length).toBe(40);
    expect(new Set(products.map((product) => product.vendor)).size).toBe(5);
    expect(orders.length).toBeGreaterThan(1250);
    expect(orders.length).toBeLessThan(1400);
    expect(DEMO_DAYS.length).toBe(90);
    expect(orders.filter((order) => order.test).length).toBe(4);
    expect(orders.filter((order) => order.cancelledAt).length).toBeGreaterThan(10);
  });

  it("numbers orders as they came in, and knows nothing of the future", () => {
    for (const [i, order] of orders.entries()) {
      expect(order.name).toBe(`#${4018 + i}`);
      if (i > 0) expect(order.placedAt.getTime()).toBeGreaterThanOrEqual(orders[i - 1]!.placedAt.getTime());
      expect(order.updatedAt.getTime()).toBeLessThanOrEqual(SEED_NOW.getTime());
      expect(order.updatedAt.getTime()).toBeGreaterThan(order.placedAt.getTime());
    }
  });

  it("refers only to what it holds, under ids that are used once", () => {
    const skus = new Map(
      products.flatMap((product) => product.variants.map((variant) => [variant.gid, variant.sku])),
    );
    const people = new Set(customers.map((customer) => customer.gid));
    for (const order of orders) {
      if (order.customerGid) expect(people.has(order.customerGid)).toBe(true);
      for (const line of order.lines) expect(skus.get(line.variantGid)).toBe(line.sku);
    }
    const gids = [
      ...orders.flatMap((order) => [order, ...order.lines, ...order.refunds, ...order.fulfillments]),
      ...customers,
      ...products,
      ...products.flatMap((product) => product.variants),
    ].map(({ gid }) => gid);
    expect(new Set(gids).size).toBe(gids.length);
    expect(new Set(customers.map((customer) => customer.email)).size).toBe(customers.length);
  });

  it("pays back no more than was paid, and says what a refund is made of", () => {
    for (const order of orders) {
      const refunded = order.refunds.reduce((sum, refund) => sum + refund.amountMinor, 0);
      expect(refunded, order.name).toBeLessThanOrEqual(totalOf(order) + 1);
      for (const { amountMinor, taxMinor, shippingMinor, lines } of order.refunds)
        expect(amountMinor).toBe(
          lines.reduce((sum, line) => sum + line.amountMinor, taxMinor + shippingMinor),
        );
    }
  });

  it("gives every customer a lifetime count that its orders fit into", () => {
    for (const { gid, numberOfOrders } of customers)
      expect(orders.filter((order) => order.customerGid === gid && !order.test).length).toBeLessThanOrEqual(
        numberOfOrders,
      );
  });

  it("uses only names, addresses and numbers that belong to nobody", () => {
    for (const { email, phone } of customers) {
      expect(email).toMatch(/@example\.com$/);
      if (phone) expect(phone).toMatch(/^\+1\d{3}55501\d\d$/);
    }
  });

  it("has the incidents that the rules should find, and no others of these kinds", () => {
    const flagged = (rule: string) =>
      new Set(
        demoIncidents().flatMap(({ incident, order }) =>
          incident.flags.some(([name]) => name === rule) ? [order.name] : [],
        ),
      );
    const live = orders.filter((order) => !order.test && !order.cancelledAt);
    const age = (order: (typeof orders)[number]) => (SEED_NOW.getTime() - order.placedAt.getTime()) / HOUR;
    const names = (list: typeof orders) => new Set(list.map((order) => order.name));

    expect(names(live.filter((order) => totalOf(order) >= 40_000))).toEqual(flagged("HIGH_VALUE"));
    expect(names(live.filter((order) => order.note !== null))).toEqual(flagged("NOTE_PRESENT"));
    expect(names(orders.filter((order) => order.riskLevel === "HIGH"))).toEqual(flagged("RISK_HIGH"));
    expect(names(orders.filter((order) => order.riskLevel === "MEDIUM"))).toEqual(flagged("RISK_MEDIUM"));
    expect(names(live.filter((order) => order.shippingAddress?.city !== order.billingAddress?.city))).toEqual(
      flagged("ADDRESS_MISMATCH"),
    );
    expect(names(live.filter((order) => order.refunds.length >= 3))).toEqual(flagged("MANY_REFUNDS"));
    const late = live.filter(
      (order) =>
        order.financialStatus === "PAID" && order.fulfillmentStatus === "UNFULFILLED" && age(order) > 48,
    );
    for (const name of names(late)) expect(flagged("LATE_FULFILMENT")).toContain(name);
    expect(late.length).toBe(4);
    for (const order of live)
      if (!demoIncidents().some((one) => one.order === order))
        expect(order.lines.reduce((sum, line) => sum + line.discountMinor, 0)).toBeLessThan(
          goodsOf(order) * 0.4,
        );
  });

  it("sells in every way that a forecast has to cope with", () => {
    const classes = velocityRows(catalogue, "store").map((row) => row.demandClass);
    expect([...new Set(classes)].sort()).toEqual([
      "ERRATIC",
      "INSUFFICIENT_DATA",
      "INTERMITTENT",
      "LUMPY",
      "SMOOTH",
    ]);
    expect(classes.filter((demandClass) => demandClass === "SMOOTH").length).toBeGreaterThan(15);
  });
});

describe("velocities", () => {
  const rows = velocityRows(catalogue, "store");
  const bySku = new Map(rows.map((row) => [row.sku, row]));

  it("divide what was sold by the days on which it could be sold", () => {
    const row = bySku.get("ASH-TRL-12")!;
    const since = new Date("2026-09-18T04:00:00Z");
    const sold = orders
      .filter((order) => !order.test && !order.cancelledAt && order.placedAt >= since)
      .flatMap((order) => order.lines.filter((line) => line.sku === "ASH-TRL-12"))
      .reduce((sum, line) => sum + line.quantity, 0);
    expect(row.unitsPerDay).toBeCloseTo(sold / 60, 4);
    expect(row.daysOfCover).toBeCloseTo(row.available / (sold / 60), 0);
  });

  it("leave the days out on which a sold-out SKU could not be bought", () => {
    const row = bySku.get("ASH-TRL-32")!;
    expect([row.available, row.daysOfCover, row.stockoutDay]).toEqual([0, 0, "2026-11-16"]);
    expect(row.unitsPerDay).toBeGreaterThan(0.5);
  });

  it("forecast nothing for what has been on sale for less than a week", () => {
    const row = bySku.get("ASH-FRO-12")!;
    expect(row).toMatchObject({
      demandClass: "INSUFFICIENT_DATA",
      daysOfCover: null,
      stockoutDay: null,
      reorderQuantity: 0,
    });
  });

  it("recommend an order only at the reorder point, with what is coming counted as there", () => {
    for (const row of rows) {
      const enough = row.available + row.incoming > row.reorderPoint;
      if (enough) expect(row.reorderQuantity, row.sku).toBe(0);
    }
    expect(rows.filter((row) => row.reorderQuantity > 0).length).toBeGreaterThan(8);
  });
});

describe("names", () => {
  it("always give the same id, and different names different ones", () => {
    expect(idFor("Ticket", "shop", 7)).toBe(idFor("Ticket", "shop", "7"));
    expect(idFor("Ticket", "shop", 7)).not.toBe(idFor("Ticket", "shop", 8));
    expect(idFor("Ticket", "shop", 7)).toMatch(/^c[a-z0-9]{24}$/);
    expect(uuidFor("webhook", 1)).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  it("always give the same numbers", () => {
    const first = random("a");
    const again = random("a");
    const other = random("b");
    const three = () => [first.next(), first.int(1, 6), first.chance(0.5)];
    expect(three()).toEqual([again.next(), again.int(1, 6), again.chance(0.5)]);
    expect(random("a").next()).not.toBe(other.next());
  });
});
