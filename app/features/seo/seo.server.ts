import type { Db } from "~/platform/db/client.server";
import { SeoInsightRepository, type SeoInsight } from "./seo-insight.repository.server";

export type InsightLine = Pick<SeoInsight, "id" | "source" | "rule" | "severity" | "resource" | "title"> & {
  /** ISO instant */
  foundAt: string;
};

/** Open insights, the most severe first. */
export async function listOpenInsights(db: Db, storeId: string): Promise<InsightLine[]> {
  const insights = await new SeoInsightRepository(db, storeId).list({ status: "OPEN", limit: 50 });
  return insights.map(({ id, source, rule, severity, resource, title, createdAt }) => ({
    ...{ id, source, rule, severity, resource, title },
    foundAt: createdAt.toISOString(),
  }));
}
