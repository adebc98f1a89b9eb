import type { Db } from "~/platform/db/client.server";
import { SeoInsightRepository, type SeoInsight } from "./seo-insight.repository.server";

export type InsightLine = Pick<SeoInsight, "id" | "source" | "rule" | "severity" | "resource" | "title"> & {
  /** ISO instant */
  foundAt: string;
};

export type OpenInsights = {
  /** The most severe first */
  insights: InsightLine[];
  /** Of any status; 0 where nothing was ever found */
  known: number;
};

export async function listOpenInsights(db: Db, storeId: string): Promise<OpenInsights> {
  const repository = new SeoInsightRepository(db, storeId);
  const [open, known] = await Promise.all([
    repository.list({ status: "OPEN", limit: 50 }),
    repository.count(),
  ]);
  const insights = open.map(({ id, source, rule, severity, resource, title, createdAt }) => ({
    ...{ id, source, rule, severity, resource, title },
    foundAt: createdAt.toISOString(),
  }));
  return { insights, known };
}
