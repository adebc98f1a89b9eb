import type { Queryable } from "~/platform/db/client.server";
import type { ShopDay } from "~/platform/shop-day";
import { kpiPayloads, type KpiKind, type KpiPayload } from "./kpi.schema";

/** How long a computed figure is good for. */
export const KPI_LIFETIME_MS = 6 * 60 * 60 * 1000;

export type KpiDay<K extends KpiKind> = {
  day: ShopDay;
  currency: string;
  payload: KpiPayload<K>;
  computedAt: Date;
  expiresAt: Date;
};

export class KpiCacheRepository {
  constructor(
    private readonly db: Queryable,
    private readonly storeId: string,
  ) {}

  /** One entry per cached shop day from `from` to `to`, in order; days that are not cached are missing. */
  async listDays<K extends KpiKind>(kind: K, from: ShopDay, to: ShopDay): Promise<KpiDay<K>[]> {
    const rows = await this.db.kpiCache.findMany({
      where: { storeId: this.storeId, kind, fromDay: { gte: from }, toDay: { lte: to } },
      orderBy: { fromDay: "asc" },
      take: 800,
    });
    return rows
      .filter((row) => row.fromDay === row.toDay)
      .map((row) => ({
        day: row.fromDay,
        currency: row.currency,
        payload: kpiPayloads[kind].parse(row.payload) as KpiPayload<K>,
        computedAt: row.computedAt,
        expiresAt: row.expiresAt,
      }));
  }

  count(): Promise<number> {
    return this.db.kpiCache.count({ where: { storeId: this.storeId } });
  }

  async upsertDay<K extends KpiKind>(
    kind: K,
    day: ShopDay,
    figures: { currency: string; payload: KpiPayload<K>; computedAt: Date },
  ): Promise<void> {
    const data = { ...figures, expiresAt: new Date(figures.computedAt.getTime() + KPI_LIFETIME_MS) };
    const key = { storeId: this.storeId, kind, fromDay: day, toDay: day };
    await this.db.kpiCache.upsert({
      where: { storeId_kind_fromDay_toDay: key },
      create: { ...key, ...data },
      update: data,
    });
  }

  /** Drops what was computed over any of `days`; a webhook has changed them. */
  async deleteTouching(days: ShopDay[]): Promise<number> {
    const { count } = await this.db.kpiCache.deleteMany({
      where: {
        storeId: this.storeId,
        OR: days.map((day) => ({ fromDay: { lte: day }, toDay: { gte: day } })),
      },
    });
    return count;
  }
  /** Every day: they were computed in another currency, or cut at other midnights. */
  async deleteAll(): Promise<number> {
    const { count } = await this.db.kpiCache.deleteMany({ where: { storeId: this.storeId } });
    return count;
  }
}
