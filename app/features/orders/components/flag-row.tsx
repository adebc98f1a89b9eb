import { Link } from "@remix-run/react";
import { BlockStack, IndexTable, InlineStack, Text } from "@shopify/polaris";
import { formatMoney } from "~/platform/money";
import { formatAgo } from "~/platform/shop-time";
import { flagRule } from "../flag-rules";
import type { FlagLine } from "../orders.server";
import { SeverityBadge } from "./severity-badge";

type Props = { flag: FlagLine; position: number; selected: boolean; condensed: boolean; now: string };

export function FlagRow({ flag, position, selected, condensed, now }: Props) {
  const url = `/app/orders/${flag.id}`;
  const age =
    flag.snoozedUntil && flag.status === "SNOOZED"
      ? inDays(flag.snoozedUntil, now)
      : formatAgo(flag.flaggedAt, now);
  const order = (
    <Link to={url} className="strong-link" data-primary-link>
      {flag.orderName}
    </Link>
  );
  return (
    <IndexTable.Row
      id={flag.id}
      position={position}
      selected={selected}
      accessibilityLabel={`Select ${flag.orderName}, ${flagRule(flag.rule).name}`}
    >
      {condensed ? (
        <div className="condensed-row">
          <BlockStack gap="100">
            <InlineStack align="space-between" blockAlign="center">
              {order}
              <SeverityBadge severity={flag.severity} />
            </InlineStack>
            <Text as="span">{flagRule(flag.rule).name}</Text>
            <Text as="span" tone="subdued">
              {flag.customerName ?? "Guest"}, {formatMoney(flag.orderTotal)}, {age}
            </Text>
          </BlockStack>
        </div>
      ) : (
        <>
          <IndexTable.Cell>{order}</IndexTable.Cell>
          <IndexTable.Cell>
            {flagRule(flag.rule).name}
            {flag.hasNote && (
              <Text as="span" tone="subdued">
                {" · note"}
              </Text>
            )}
          </IndexTable.Cell>
          <IndexTable.Cell>
            <SeverityBadge severity={flag.severity} />
          </IndexTable.Cell>
          <IndexTable.Cell>{flag.customerName ?? "Guest"}</IndexTable.Cell>
          <IndexTable.Cell>{age}</IndexTable.Cell>
          <IndexTable.Cell>
            <Text as="span" alignment="end" numeric>
              {formatMoney(flag.orderTotal)}
            </Text>
          </IndexTable.Cell>
        </>
      )}
    </IndexTable.Row>
  );
}

function inDays(until: string, now: string): string {
  const hours = Math.max(0, Math.ceil((Date.parse(until) - Date.parse(now)) / 3_600_000));
  if (hours < 48) return `in ${hours} ${hours === 1 ? "hour" : "hours"}`;
  return `in ${Math.round(hours / 24)} days`;
}
