import { BlockStack, Text } from "@shopify/polaris";
import { TermList, type Term } from "~/components/term-list";
import { formatMoney } from "~/platform/money";
import { formatShopTime } from "~/platform/shop-time";
import type { FlagDetail } from "../orders.server";
import { SeverityBadge } from "./severity-badge";

/** The order and the flag's history, in the shop's time. */
export function FlagFacts({
  flag,
  ianaTimezone,
  actor,
}: {
  flag: FlagDetail;
  ianaTimezone: string;
  actor: string;
}) {
  const time = (instant: string) => formatShopTime(instant, ianaTimezone);
  const terms: Term[] = [
    { term: "Customer", description: flag.customerName ?? "Guest" },
    { term: "Total", description: formatMoney(flag.orderTotal) },
    { term: "Placed", description: time(flag.orderPlacedAt) },
    { term: "Severity", description: <SeverityBadge severity={flag.severity} /> },
    { term: "Flagged", description: time(flag.flaggedAt) },
  ];
  if (flag.snoozedUntil) terms.push({ term: "Snoozed until", description: time(flag.snoozedUntil) });
  if (flag.resolvedAt) terms.push({ term: "Resolved", description: time(flag.resolvedAt) });
  if (flag.resolvedBy) terms.push({ term: "Resolved by", description: personText(flag.resolvedBy, actor) });
  return (
    <BlockStack gap="300">
      <Text as="h2" variant="headingSm">
        Details
      </Text>
      <TermList terms={terms} />
    </BlockStack>
  );
}

/** Shopify tells apps who somebody is only by a number. */
function personText(person: string, actor: string): string {
  if (person === actor) return "you";
  return person.startsWith("gid://") ? "a colleague" : person;
}
