/** What is worth doing about search: the catalogue's own titles are looked at, the rest is what GSC, GA4 and Bing would say. */
import type { Prisma } from "#prisma/postgres";
import type { Catalogue, CatalogueProduct } from "./catalogue-types";
import { idFor } from "./ids";
import { after, before, DAY, HOUR, SEED_NOW } from "./instant";
import { stamp, type Rows } from "./rows";
import { SEARCH_FINDINGS, type Finding } from "./seo-findings";

const TITLE_LIMIT = 60;
const DESCRIPTION_LIMITS = [50, 160] as const;
const DECIDED_BY = "Nora Whitfield";

/** 28 days that end three days ago, as Search Console's last days are unfinished. */
const WINDOW = { windowFrom: "2026-10-17", windowTo: "2026-11-13" };

export function seoRows(catalogue: Catalogue, storeId: string): Rows["SeoInsight"][] {
  const site = "https://fernhill.example.com";
  const findings = [
    ...SEARCH_FINDINGS.map((finding) => withStock(finding, catalogue)),
    ...catalogueFindings(catalogue.products),
  ];
  return findings.map((finding, i) => {
    const foundAt = before(SEED_NOW, (i % 9) * DAY + 5 * HOUR);
    const decidedAt = finding.status ? after(foundAt, 20 * HOUR) : null;
    const resource = finding.resource.startsWith("/") ? site + finding.resource : finding.resource;
    return {
      id: idFor("SeoInsight", catalogue.shop.domain, finding.source, finding.rule, resource),
      ...stamp(foundAt, decidedAt && decidedAt < SEED_NOW ? decidedAt : foundAt),
      storeId,
      source: finding.source,
      rule: finding.rule,
      severity: finding.severity,
      status: finding.status ?? "OPEN",
      resource,
      title: finding.title,
      evidence: finding.source === "CATALOGUE" ? finding.evidence : { ...WINDOW, ...finding.evidence },
      decidedAt: decidedAt && decidedAt < SEED_NOW ? decidedAt : null,
      decidedBy: decidedAt && decidedAt < SEED_NOW ? DECIDED_BY : null,
    };
  });
}

/** HIGH_IMPR_OUT_OF_STOCK joins what people search for with what is on the shelf. */
function withStock(finding: Finding, { products }: Catalogue): Finding {
  if (!finding.outOfStock) return finding;
  const product = products.find(({ handle }) => finding.resource.endsWith(handle));
  const out = product?.variants.filter(({ available }) => available <= 0).map(({ sku }) => sku) ?? [];
  return { ...finding, evidence: { ...finding.evidence, outOfStockSkus: out } };
}

function catalogueFindings(products: CatalogueProduct[]): Finding[] {
  const live = products.filter(({ status }) => status === "ACTIVE");
  const titleCount = countBy(live, ({ seoTitle }) => seoTitle);
  const descriptionCount = countBy(live, ({ seoDescription }) => seoDescription);
  return live.flatMap((product): Finding[] => {
    const { gid, title, seoTitle, seoDescription } = product;
    const about = (
      rule: string,
      severity: Finding["severity"],
      text: string,
      evidence: Prisma.JsonObject,
    ): Finding => ({
      source: "CATALOGUE",
      rule,
      severity,
      resource: gid,
      title: text,
      evidence,
    });
    const findings: Finding[] = [];
    if (seoTitle && titleCount.get(seoTitle)! > 1)
      findings.push(
        about("TITLE_DUPLICATE", "WARNING", `“${title}” shares its search title with another product`, {
          seoTitle,
          products: titleCount.get(seoTitle)!,
        }),
      );
    if (seoTitle && seoTitle.length > TITLE_LIMIT)
      findings.push(
        about("TITLE_TOO_LONG", "INFO", `The search title of “${title}” will be cut off`, {
          seoTitle,
          characters: seoTitle.length,
          limit: TITLE_LIMIT,
        }),
      );
    if (seoTitle && seoTitle.length < 15)
      findings.push(
        about("TITLE_TOO_SHORT", "INFO", `The search title of “${title}” says too little`, {
          seoTitle,
          characters: seoTitle.length,
          limit: 15,
        }),
      );
    if (seoDescription && descriptionCount.get(seoDescription)! > 1)
      findings.push(
        about("META_DUPLICATE", "WARNING", `“${title}” has the same description as another product`, {
          seoDescription,
          products: descriptionCount.get(seoDescription)!,
        }),
      );
    else if (seoDescription && seoDescription.length < DESCRIPTION_LIMITS[0])
      findings.push(
        about("META_TOO_SHORT", "INFO", `The description of “${title}” is too short to sell it`, {
          seoDescription,
          characters: seoDescription.length,
          limit: DESCRIPTION_LIMITS[0],
        }),
      );
    else if (
      !seoDescription &&
      !seoTitle &&
      product.variants.length === 1 &&
      product.productType === "Lighting"
    )
      findings.push(
        about("META_MISSING", "INFO", `“${title}” falls back to its page text in search results`, {
          seoTitle: null,
          seoDescription: null,
        }),
      );
    return findings;
  });
}

function countBy(
  products: CatalogueProduct[],
  textOf: (product: CatalogueProduct) => string | null,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const product of products) {
    const text = textOf(product);
    if (text) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}
