import { Banner, BlockStack, Page } from "@shopify/polaris";
import { formatShopDate } from "~/platform/shop-time";
import type { ConnectionCard as Connection } from "../connections.server";
import { connectionUrl } from "../provider";
import { ConnectionCard } from "./connection-card";

type Props = { connections: Connection[]; now: string; ianaTimezone: string };

/** Every service with whether it works and since when; secrets that are overdue come first. */
export function ConnectionsPage({ connections, now, ianaTimezone }: Props) {
  return (
    <Page
      title="Connections"
      subtitle="Whether Backroom reaches each service. It tests them, and does not read their data so far"
      backAction={{ content: "Settings", url: "/app/settings" }}
    >
      <BlockStack gap="400">
        <RotationBanner connections={connections} ianaTimezone={ianaTimezone} />
        {connections.map((connection) => (
          <ConnectionCard
            key={connection.provider}
            connection={connection}
            now={now}
            ianaTimezone={ianaTimezone}
          />
        ))}
      </BlockStack>
    </Page>
  );
}

function RotationBanner({ connections, ianaTimezone }: Pick<Props, "connections" | "ianaTimezone">) {
  const overdue = connections.filter(({ secret }) => secret?.overdue);
  if (!overdue.length) return null;
  return (
    <Banner
      tone="warning"
      title={
        overdue.length === 1
          ? "A secret is due for rotation"
          : `${overdue.length} secrets are due for rotation`
      }
      action={{
        content: `Rotate ${overdue[0]!.name}`,
        url: connectionUrl(overdue[0]!.provider, "rotate"),
      }}
    >
      {overdue.map(({ provider, name, secret }) => (
        <p key={provider}>
          {name}: was due on {formatShopDate(secret!.rotationReminderAt!, ianaTimezone)}.
        </p>
      ))}
    </Banner>
  );
}
