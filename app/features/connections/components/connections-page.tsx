import { BlockStack, Page } from "@shopify/polaris";
import { Quiet, SectionCard } from "~/components/section-card";
import { TermList, type Term } from "~/components/term-list";
import { formatAgo, formatShopDate } from "~/platform/shop-time";
import type { ConnectionHealth } from "../connections.server";
import { ConnectionBadge } from "./connection-badge";

type Props = { connections: ConnectionHealth[]; now: string; ianaTimezone: string };

/** Each provider with what may be shown of its secret, and what its last test said. */
export function ConnectionsPage({ connections, now, ianaTimezone }: Props) {
  return (
    <Page
      title="Connections"
      subtitle="Services that Backroom reads for you"
      backAction={{ content: "Settings", url: "/app/settings" }}
    >
      <BlockStack gap="400">
        {connections.map((connection) => (
          <SectionCard
            key={connection.provider}
            title={connection.name}
            badge={<ConnectionBadge state={connection.state} />}
          >
            {connection.secret ? (
              <TermList terms={termsOf(connection, now, ianaTimezone)} />
            ) : (
              <Quiet>No credentials are stored for this service.</Quiet>
            )}
          </SectionCard>
        ))}
      </BlockStack>
    </Page>
  );
}

function termsOf(
  { secret, testedAt, latencyMs, state, detail }: ConnectionHealth,
  now: string,
  zone: string,
): Term[] {
  if (!secret) return [];
  const test = testedAt
    ? `${state === "working" ? "Succeeded" : "Failed"} ${formatAgo(testedAt, now)} in ${latencyMs} ms`
    : "Never";
  return [
    {
      term: "Secret",
      description: secret.lastFour ? `ends in ${secret.lastFour}` : "stored, too short to show a part of",
    },
    { term: "Stored", description: formatShopDate(secret.storedAt, zone) },
    {
      term: "Rotation due",
      description: secret.rotationReminderAt ? dueText(secret.rotationReminderAt, now, zone) : "no reminder",
    },
    { term: "Last test", description: test },
    ...(detail ? [{ term: "It said", description: detail }] : []),
  ];
}

function dueText(reminderAt: string, now: string, zone: string): string {
  return `${formatShopDate(reminderAt, zone)}${reminderAt <= now ? ", overdue" : ""}`;
}
