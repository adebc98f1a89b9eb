import { useFetcher } from "@remix-run/react";
import { Badge, BlockStack, Card, InlineGrid, Page } from "@shopify/polaris";
import { ActionError } from "~/components/action-error";
import { Row, RowList } from "~/components/row-list";
import { SectionCard } from "~/components/section-card";
import { useToast } from "~/components/use-toast";
import { formatAgo } from "~/platform/shop-time";
import { flagRule } from "../flag-rules";
import { adminOrderUrl, SNOOZE_DAYS, STATUS_NAMES } from "../order-flag";
import type { FlagOutcome } from "../flag-actions.server";
import type { FlagDetail } from "../orders.server";
import { EvidenceCard } from "./evidence-card";
import { FlagFacts } from "./flag-facts";
import { NoteForm } from "./note-form";
import { SeverityBadge } from "./severity-badge";

type Props = { flag: FlagDetail; now: string; ianaTimezone: string; actor: string };

/** One flag: why it fired, what was decided, and what may be done. */
export function FlagPage({ flag, now, ianaTimezone, actor }: Props) {
  const fetcher = useFetcher<FlagOutcome>();
  useToast(fetcher.data);
  const rule = flagRule(flag.rule);
  const busy = fetcher.state !== "idle";
  const act = (fields: Record<string, string>) => () =>
    fetcher.submit({ ...fields, id: flag.id }, { method: "post" });
  const settled = flag.status === "RESOLVED" || flag.status === "ARCHIVED";
  return (
    <Page
      title={`${flag.orderName} · ${rule.name}`}
      titleMetadata={<Badge>{STATUS_NAMES[flag.status]}</Badge>}
      backAction={{ content: "Orders", url: "/app/orders" }}
      primaryAction={
        settled
          ? { content: "Reopen", onAction: act({ intent: "reopen" }), loading: busy }
          : { content: "Resolve", onAction: act({ intent: "resolve" }), loading: busy }
      }
      secondaryActions={[{ content: "Open in Shopify", url: adminOrderUrl(flag.orderGid), target: "_top" }]}
      actionGroups={
        settled
          ? []
          : [
              {
                title: "Snooze",
                actions: SNOOZE_DAYS.map((days) => ({
                  content: `Snooze ${days} ${days === 1 ? "day" : "days"}`,
                  onAction: act({ intent: "snooze", days: String(days) }),
                })),
              },
            ]
      }
    >
      <BlockStack gap="400">
        <ActionError answer={busy ? null : fetcher.data} />
        <InlineGrid columns={{ xs: 1, md: ["twoThirds", "oneThird"] }} gap="400" alignItems="start">
          <BlockStack gap="400">
            <EvidenceCard why={rule.why} evidence={flag.evidence} />
            <NoteForm key={flag.id} id={flag.id} note={flag.note} />
          </BlockStack>
          <BlockStack gap="400">
            <Card>
              <FlagFacts flag={flag} ianaTimezone={ianaTimezone} actor={actor} />
            </Card>
            {flag.others.length > 0 && (
              <SectionCard title="Other flags of this order">
                <RowList label="Other flags of this order">
                  {flag.others.map((other) => (
                    <Row
                      key={other.id}
                      url={`/app/orders/${other.id}`}
                      title={flagRule(other.rule).name}
                      detail={`${STATUS_NAMES[other.status]}, flagged ${formatAgo(other.flaggedAt, now)}`}
                      aside={<SeverityBadge severity={other.severity} />}
                    />
                  ))}
                </RowList>
              </SectionCard>
            )}
          </BlockStack>
        </InlineGrid>
      </BlockStack>
    </Page>
  );
}
