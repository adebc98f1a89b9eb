import type { Queryable } from "~/platform/db/client.server";
import { withoutStore } from "~/platform/db/row";

type Row = NonNullable<Awaited<ReturnType<Queryable["seoInsight"]["findFirst"]>>>;
export type SeoInsight = Omit<Row, "storeId">;
export type NewSeoInsight = Pick<SeoInsight, "source" | "rule" | "severity" | "resource" | "title"> & {
  evidence: object;
};

export class SeoInsightRepository {
  constructor(
    private readonly db: Queryable,
    private readonly storeId: string,
  ) {}

  /** The most severe first, then the newest. */
  async list(filter: { status?: Row["status"]; limit?: number } = {}): Promise<SeoInsight[]> {
    const limit = filter.limit ?? 100;
    const rows: Row[] = [];
    // Severity by severity: the engines order an enum differently, and a limit by date would cut off an old CRITICAL.
    for (const severity of SEVERITIES) {
      if (rows.length >= limit) break;
      const found = await this.db.seoInsight.findMany({
        where: { storeId: this.storeId, status: filter.status, severity },
        orderBy: [{ createdAt: "desc" }, { id: "desc" }],
        take: limit - rows.length,
      });
      rows.push(...found);
    }
    return rows.map(withoutStore);
  }

  count(): Promise<number> {
    return this.db.seoInsight.count({ where: { storeId: this.storeId } });
  }

  countOpen(): Promise<number> {
    return this.db.seoInsight.count({ where: { storeId: this.storeId, status: "OPEN" } });
  }

  /** Found again, an insight gets fresh evidence and stays as a person decided. */
  async upsert(insight: NewSeoInsight): Promise<void> {
    const { source, rule, resource } = insight;
    await this.db.seoInsight.upsert({
      where: { storeId_source_rule_resource: { storeId: this.storeId, source, rule, resource } },
      create: { ...insight, storeId: this.storeId },
      update: { evidence: insight.evidence, severity: insight.severity, title: insight.title },
    });
  }

  async decide(id: string, status: "DONE" | "DISMISSED", by: string, now: Date): Promise<number> {
    const { count } = await this.db.seoInsight.updateMany({
      where: { storeId: this.storeId, id },
      data: { status, decidedBy: by, decidedAt: now },
    });
    return count;
  }
}

const SEVERITIES = ["CRITICAL", "WARNING", "INFO"] as const;
