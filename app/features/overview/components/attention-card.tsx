import { InlineStack } from "@shopify/polaris";
import { Row, RowList } from "~/components/row-list";
import { Quiet, SectionCard } from "~/components/section-card";
import { SeverityBadge } from "~/features/orders/components/severity-badge";
import { flagRule } from "~/features/orders/flag-rules";
import { SEVERITIES, SEVERITY_NAMES } from "~/features/orders/order-flag";
import type { Attention } from "~/features/orders/orders.server";
import { formatMoney } from "~/platform/money";
import { formatAgo } from "~/platform/shop-time";

export function AttentionCard({ attention, now }: { attention: Attention; now: string }) {
  return (
    <SectionCard
      title="Orders needing attention"
      action={{ label: "See all orders", url: "/app/orders" }}
      badge={
        <InlineStack gap="100">
          {SEVERITIES.filter((severity) => attention.bySeverity[severity]).map((severity) => (
            <SeverityBadge key={severity} severity={severity}>
              {`${attention.bySeverity[severity]} ${SEVERITY_NAMES[severity].toLowerCase()}`}
            </SeverityBadge>
          ))}
        </InlineStack>
      }
    >
      {attention.total === 0 ? (
        <Quiet>
          {attention.anyFlags
            ? "No flag waits for attention."
            : "Nothing loaded yet: no order was compared with your thresholds."}
        </Quiet>
      ) : (
        <RowList label="Latest flags">
          {attention.latest.map((flag) => (
            <Row
              key={flag.id}
              url={`/app/orders/${flag.id}`}
              title={`${flag.orderName} · ${flagRule(flag.rule).name}`}
              detail={`${flag.customerName ?? "Guest"}, ${formatMoney(flag.orderTotal)}, flagged ${formatAgo(flag.flaggedAt, now)}`}
              aside={<SeverityBadge severity={flag.severity} />}
            />
          ))}
        </RowList>
      )}
    </SectionCard>
  );
}
