import { beforeAll, expect, it } from "vitest";
import { listOpenInsights } from "~/features/seo/seo.server";
import { SeoInsightRepository } from "~/features/seo/seo-insight.repository.server";
import { eachDatabase } from "../../support/databases";

const NOW = new Date("2026-11-16T15:00:00.000Z");
const MINUTE = 60_000;

eachDatabase("the list of insights", ({ db }) => {
  let storeId: string;

  beforeAll(async () => {
    const store = await db().store.create({ data: { shopDomain: "seo.myshopify.com", onboardingFlags: {} } });
    storeId = store.id;
    const insight = (severity: "CRITICAL" | "WARNING" | "INFO", minutesAgo: number) => ({
      ...{ storeId, severity, source: "GSC" as const, rule: "LOW_CTR", title: "Few clicks", evidence: {} },
      resource: `/${severity}-${minutesAgo}`,
      createdAt: new Date(NOW.getTime() - minutesAgo * MINUTE),
    });
    await db().seoInsight.createMany({
      data: [
        insight("CRITICAL", 10_000),
        insight("WARNING", 5_000),
        insight("WARNING", 4_000),
        ...Array.from({ length: 60 }, (_, i) => insight("INFO", i)),
      ],
    });
  });

  const first = async (limit: number) =>
    (await new SeoInsightRepository(db(), storeId).list({ limit })).map(({ resource }) => resource);

  it("is sorted by severity before date", async () => {
    const { insights, known } = await listOpenInsights(db(), storeId);
    expect(known).toBe(63);
    expect(insights).toHaveLength(50);
    expect(insights.slice(0, 4).map(({ resource }) => resource)).toEqual([
      "/CRITICAL-10000",
      "/WARNING-4000",
      "/WARNING-5000",
      "/INFO-0",
    ]);
  });

  it("ends exactly at its limit, within a severity and between two", async () => {
    expect(await first(2)).toEqual(["/CRITICAL-10000", "/WARNING-4000"]);
    expect(await first(3)).toEqual(["/CRITICAL-10000", "/WARNING-4000", "/WARNING-5000"]);
    expect((await first(4)).at(-1)).toBe("/INFO-0");
  });
});
