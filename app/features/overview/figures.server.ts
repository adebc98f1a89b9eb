import type { Db } from "~/platform/db/client.server";
import type { ShopDay } from "~/platform/shop-day";
import { daysOf, type DateRange, type Period } from "./date-range";
import { figuresOf } from "./figures";
import { KPI_LIFETIME_MS, KpiCacheRepository, type KpiDay } from "./kpi-cache.repository.server";
import { metricsOf, type Metric } from "./metrics";

export type SalesPoint = {
  day: ShopDay;
  minor: number | null;
  previousDay: ShopDay;
  previousMinor: number | null;
};

export type Freshness = {
  /** ISO instant: everything that is shown was computed then or later; null when nothing is */
  asOf: string | null;
  /** Older than the six hours that figures are good for */
  stale: boolean;
  /** Days of the period whose sales or orders are not computed */
  missingDays: number;
};

export type RangeFigures = { metrics: Metric[]; series: SalesPoint[]; freshness: Freshness };

type Store = { id: string; currency: string };

/** The figures of a range and of the one before it, from the cache; nothing is computed here. */
export async function loadFigures(
  db: Db,
  store: Store,
  { range, now }: { range: DateRange; now: Date },
): Promise<RangeFigures> {
  const kpis = new KpiCacheRepository(db, store.id);
  const span = [range.previous.from, range.current.to] as const;
  const [sales, orders, inventory] = await Promise.all([
    kpis.listDays("SALES", ...span),
    kpis.listDays("ORDERS", ...span),
    kpis.listDays("INVENTORY", ...span),
  ]);
  // A shop that changed its currency has older days in the other one; they cannot be added up.
  const inCurrency = (day: { currency: string }) => day.currency === store.currency;
  const days = {
    sales: sales.filter(inCurrency),
    orders: orders.filter(inCurrency),
    inventory: inventory.filter(inCurrency),
  };
  return {
    metrics: metricsOf(figuresOf(days, daysOf(range.current)), figuresOf(days, daysOf(range.previous)), {
      currency: store.currency,
      judged: range.preset !== "today",
    }),
    series: seriesOf(days.sales, range),
    freshness: freshnessOf(days, range.current, now),
  };
}

export async function hasFigures(db: Db, storeId: string): Promise<boolean> {
  return (await new KpiCacheRepository(db, storeId).count()) > 0;
}

/** One point per day, the same day of the period before behind it; null where a day has no figures. */
function seriesOf(sales: KpiDay<"SALES">[], range: DateRange): SalesPoint[] {
  const totals = new Map(sales.map(({ day, payload }) => [day, payload.totalMinor]));
  const previousDays = daysOf(range.previous);
  return daysOf(range.current).map((day, i) => {
    const previousDay = previousDays[i] ?? range.previous.to;
    return {
      day,
      minor: totals.get(day) ?? null,
      previousDay,
      previousMinor: totals.get(previousDay) ?? null,
    };
  });
}

type CachedDays = { sales: KpiDay<"SALES">[]; orders: KpiDay<"ORDERS">[]; inventory: KpiDay<"INVENTORY">[] };

/** Of the stock only the last day is shown. */
function freshnessOf({ sales, orders, inventory }: CachedDays, period: Period, now: Date): Freshness {
  const days = daysOf(period);
  const shown = [
    ...[...sales, ...orders].filter(({ day }) => days.includes(day)),
    ...inventory.filter(({ day }) => day === period.to),
  ];
  const oldest = Math.min(...shown.map(({ computedAt }) => computedAt.getTime()));
  const has = (cached: { day: ShopDay }[], day: ShopDay) => cached.some((entry) => entry.day === day);
  return {
    asOf: shown.length ? new Date(oldest).toISOString() : null,
    stale: shown.length > 0 && now.getTime() - oldest > KPI_LIFETIME_MS,
    missingDays: days.filter((day) => !has(sales, day) || !has(orders, day)).length,
  };
}
