import { Badge, Card, Page } from "@shopify/polaris";
import { Row, RowList } from "~/components/row-list";
import { SectionEmpty } from "~/components/section-empty";
import { formatAgo } from "~/platform/shop-time";
import type { InsightLine } from "../seo.server";
import { parseUrl } from "~/platform/http/parse-url";

const SOURCES = {
  GSC: "Search Console",
  GA4: "Google Analytics",
  BING: "Bing",
  CATALOGUE: "your catalogue",
} as const;

const SEVERITIES = {
  CRITICAL: { label: "Critical", tone: "critical" },
  WARNING: { label: "Warning", tone: "warning" },
  INFO: { label: "Info", tone: "info" },
} as const;

type Props = { switchedOn: boolean; insights: InsightLine[]; now: string };

/** Open insights, the most severe first. */
export function SeoPage({ switchedOn, insights, now }: Props) {
  return (
    <Page title="SEO" subtitle="What search engines and your catalogue say is worth doing">
      {!switchedOn ? (
        <SectionEmpty
          title="SEO insights are off"
          body="They were switched off in the settings. Nothing that was found is lost."
          action={{ label: "Change settings", url: "/app/settings" }}
        />
      ) : insights.length === 0 ? (
        <SectionEmpty
          title="Nothing to do"
          body="Insights appear here once Search Console, Analytics or Bing are connected and there is something to improve."
        />
      ) : (
        <Card>
          <RowList label="Open insights">
            {insights.map((insight) => (
              <Row
                key={insight.id}
                title={insight.title}
                detail={`${resourceText(insight.resource)}from ${SOURCES[insight.source]}, found ${formatAgo(insight.foundAt, now)}`}
                aside={
                  <Badge tone={SEVERITIES[insight.severity].tone}>{SEVERITIES[insight.severity].label}</Badge>
                }
              />
            ))}
          </RowList>
        </Card>
      )}
    </Page>
  );
}

/** A page by its path, a query as it is; a product is named in the title already. */
function resourceText(resource: string): string {
  if (resource.startsWith("gid://")) return "";
  return `${parseUrl(resource)?.pathname ?? resource}, `;
}
