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

type Props = { switchedOn: boolean; insights: InsightLine[]; known: number; now: string };

/** Open insights, the most severe first. */
export function SeoPage({ switchedOn, insights, known, now }: Props) {
  return (
    <Page title="SEO" subtitle="What search engines and your catalogue say is worth doing">
      {!switchedOn ? (
        <SectionEmpty
          title="SEO insights are off"
          body="They were switched off in the settings. Nothing that was found is lost."
          action={{ label: "Change settings", url: "/app/settings" }}
        />
      ) : insights.length === 0 ? (
        <SectionEmpty {...(known > 0 ? NOTHING_OPEN : NOTHING_LOADED)} />
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

const NOTHING_LOADED = {
  title: "Nothing loaded yet",
  body: "Backroom has looked for no insights: it tests the connections to Search Console, Google Analytics and Bing, and does not read them for insights so far.",
};
const NOTHING_OPEN = {
  title: "No insight is open",
  body: "Those that were found are done or dismissed.",
};

/** A page by its path, a query as it is; a product is named in the title already. */
function resourceText(resource: string): string {
  if (resource.startsWith("gid://")) return "";
  return `${parseUrl(resource)?.pathname ?? resource}, `;
}
