import type { Queryable } from "~/platform/db/client.server";

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
    const rows = await this.db.seoInsight.findMany({
      where: { storeId: this.storeId, status: filter.status },
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
      take: filter.limit ?? 100,
    });
    return rows
      .map(({ storeId: _storeId, ...insight }) => insight)
      .sort((a, b) => SEVERITY_ORDER[a.severity] - SEVERITY_ORDER[b.severity]);
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

const SEVERITY_ORDER = { CRITICAL: 0, WARNING: 1, INFO: 2 } as const;
