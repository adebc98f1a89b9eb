import type { Db } from "~/platform/db/client.server";
import type { ShopDay } from "~/platform/shop-day";
import { daysOf, type DateRange, type Period } from "./date-range";
import { figuresOf, type PeriodDays } from "./figures";
import { KPI_LIFETIME_MS, KpiCacheRepository, type KpiDay } from "./kpi-cache.repository.server";
import { metricsOf, type Metric } from "./metrics";

export type SalesPoint = {
  day: ShopDay;
  minor: number | null;
  previousDay: ShopDay;
  previousMinor: number | null;
};

export type Freshness = {
  /** ISO instant at which the newest figures were computed; null when there are none */
  asOf: string | null;
  /** Older than the six hours that figures are good for */
  stale: boolean;
  /** Days of the period without figures; today is not over, and not missing */
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
  const current = within(days, range.current);
  const previous = within(days, range.previous);
  return {
    metrics: metricsOf(figuresOf(current), figuresOf(comparable(current, previous, range)), {
      currency: store.currency,
      judged: range.preset !== "today",
    }),
    series: seriesOf(current, previous, range),
    freshness: freshnessOf(days.sales, range, now),
  };
}

export async function hasFigures(db: Db, storeId: string): Promise<boolean> {
  return (await new KpiCacheRepository(db, storeId).count()) > 0;
}

function within(days: PeriodDays, { from, to }: Period): PeriodDays {
  const inside = ({ day }: { day: ShopDay }) => from <= day && day <= to;
  return {
    sales: days.sales.filter(inside),
    orders: days.orders.filter(inside),
    inventory: days.inventory.filter(inside),
  };
}

/**
 * What of the period before may stand beside this one: sales and orders when both periods have all their days, stock when
 * both have their last. Today is not over and counts as present.
 */
function comparable(current: PeriodDays, previous: PeriodDays, range: DateRange): PeriodDays {
  const now = daysOf(range.current).slice(0, range.unfinished ? -1 : undefined);
  const before = daysOf(range.previous);
  const has = (days: { day: ShopDay }[], wanted: ShopDay[]) =>
    wanted.every((day) => days.some((entry) => entry.day === day));
  const whole = (kind: "sales" | "orders") => has(current[kind], now) && has(previous[kind], before);
  const ends = has(current.inventory, now.slice(-1)) && has(previous.inventory, before.slice(-1));
  return {
    sales: whole("sales") ? previous.sales : [],
    orders: whole("orders") ? previous.orders : [],
    inventory: ends ? previous.inventory : [],
  };
}

/** One point per day, the same day of the period before behind it; null where a day has no figures. */
function seriesOf(current: PeriodDays, previous: PeriodDays, range: DateRange): SalesPoint[] {
  const totals = new Map(
    [...current.sales, ...previous.sales].map(({ day, payload }) => [day, payload.totalMinor]),
  );
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

function freshnessOf(sales: KpiDay<"SALES">[], range: DateRange, now: Date): Freshness {
  const { from, to } = range.current;
  const shown = sales.filter(({ day }) => from <= day && day <= to);
  const newest = Math.max(...shown.map(({ computedAt }) => computedAt.getTime()));
  return {
    asOf: shown.length ? new Date(newest).toISOString() : null,
    stale: shown.length > 0 && now.getTime() - newest > KPI_LIFETIME_MS,
    missingDays: daysOf({ from, to })
      .slice(0, range.unfinished ? -1 : undefined)
      .filter((wanted) => !shown.some(({ day }) => day === wanted)).length,
  };
}
