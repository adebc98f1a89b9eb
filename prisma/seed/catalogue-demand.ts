/** How many orders a day brings and what is in them: the part of the catalogue that makes demand smooth or lumpy. */
import { PRODUCTS, type VariantSpec } from "./catalogue-products";
import type { Draft } from "./catalogue-orders";
import { instantOf, SEED_NOW, weekdayOf } from "./instant";
import { random, type Random } from "./random";

/** Columbus Day weekend: 20 % off everything. */
const SALE_DAYS = ["2026-10-09", "2026-10-10", "2026-10-11", "2026-10-12"];
/** The first day on which the holiday roast could be bought. */
const LAUNCH_DAY = "2026-11-12";

// Sunday first: people browse on Sunday evening and order on Monday.
const WEEKDAY_PERCENT = [112, 118, 100, 96, 94, 90, 90];

export function draftOrdinaryOrders(days: string[], zone: string): Draft[] {
  const rng = random("catalogue/orders");
  return days.flatMap((day, i) => {
    const sale = SALE_DAYS.includes(day);
    // From 9.5 orders a day to 17.5 over the quarter, and a sale on top.
    const mean = ((9.5 + (8 * i) / days.length) * WEEKDAY_PERCENT[weekdayOf(day)]! * (sale ? 2 : 1)) / 100;
    const weights = VARIANTS.map((variant) => ({ variant, weight: weightOn(variant, day, i) }));
    const ordinary = Array.from({ length: rng.count(mean) }, () => ({
      placedAt: instantOf(day, minuteOfDay(rng), zone),
      lines: basket(rng, weights),
      discountPercent: sale ? 20 : undefined,
      tags: sale ? ["fall-camp"] : undefined,
    }));
    return [...ordinary, ...lumpyOrders(day, i, zone), ...testOrders(i, day, zone)].filter(
      (draft) => draft.placedAt.getTime() < SEED_NOW.getTime() - 40 * 60_000,
    );
  });
}

const VARIANTS = PRODUCTS.flatMap((product) => product.variants);

/** A week is the bucket in which demand is classified, so weeks are what the uneven kinds vary by. */
function weightOn(variant: VariantSpec, day: string, dayIndex: number): number {
  const { kind, weight, untilDay } = variant.demand;
  if (untilDay && day > untilDay) return 0;
  const week = random(`catalogue/week/${variant.sku}/${Math.floor((dayIndex + 1) / 7)}`);
  switch (kind) {
    case "smooth":
      return weight;
    case "erratic":
      return weight * week.pick([0.1, 0.2, 0.3, 0.5, 0.8, 1.6, 3.6]);
    case "intermittent":
      return week.chance(0.5) ? weight * 2 : 0;
    case "lumpy":
      return 0;
    case "new":
      return day >= LAUNCH_DAY ? weight : 0;
  }
}

function basket(rng: Random, weights: { variant: VariantSpec; weight: number }[]) {
  const size = rng.weighted([1, 2, 3, 4], (n) => [0, 52, 31, 13, 4][n]!);
  const lines = new Map<string, number>();
  for (let i = 0; i < size; i++) {
    const { variant } = rng.weighted(weights, (candidate) => candidate.weight);
    const quantity = variant.price < 3000 ? rng.weighted([1, 2, 3], (n) => [0, 76, 19, 5][n]!) : 1;
    lines.set(variant.sku, (lines.get(variant.sku) ?? 0) + quantity);
  }
  return [...lines].map(([sku, quantity]) => ({ sku, quantity }));
}

/** Cafés and cabin owners: nothing for weeks, then two, or two dozen. */
function lumpyOrders(day: string, dayIndex: number, zone: string): Draft[] {
  const week = Math.floor((dayIndex + 1) / 7);
  return VARIANTS.filter((variant) => variant.demand.kind === "lumpy").flatMap((variant) => {
    const rng = random(`catalogue/lumpy/${variant.sku}/${week}`);
    const busy = rng.chance(0.55);
    const weekday = rng.int(1, 5);
    const size = rng.pick([1, 1, 2, 3, 6]);
    if (!busy || weekdayOf(day) !== weekday) return [];
    const quantity = Math.max(
      1,
      Math.min(Math.round((size * variant.demand.weight) / 2), Math.floor(36000 / variant.price)),
    );
    return [
      {
        placedAt: instantOf(day, minuteOfDay(rng), zone),
        lines: [{ sku: variant.sku, quantity }],
        tags: ["wholesale"],
      },
    ];
  });
}

/** The owner trying the checkout. */
function testOrders(dayIndex: number, day: string, zone: string): Draft[] {
  if (![3, 31, 51, 80].includes(dayIndex)) return [];
  return [
    {
      placedAt: instantOf(day, 7 * 60 + dayIndex, zone),
      lines: [{ sku: "ASH-TRL-12", quantity: 1 }],
      test: true,
    },
  ];
}

/** Quiet at night, a small peak at lunch, a larger one after dinner. */
function minuteOfDay(rng: Random): number {
  const hour = rng.weighted(HOURS, (h) => HOUR_WEIGHTS[h]!);
  return hour * 60 + rng.int(0, 59);
}

const HOUR_WEIGHTS = [3, 1, 1, 0, 0, 1, 3, 6, 9, 11, 12, 13, 15, 13, 11, 10, 10, 11, 13, 16, 19, 19, 13, 7];
const HOURS = HOUR_WEIGHTS.map((_, hour) => hour);
