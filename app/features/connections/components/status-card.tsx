import { BlockStack } from "@shopify/polaris";
import { SectionCard } from "~/components/section-card";
import { TermList } from "~/components/term-list";
import type { ConnectionDetail } from "../connections.server";
import { historyTerms, targetTerms } from "./connection-terms";
import { TestStrip } from "./test-strip";
import { TroubleBanner } from "./trouble-banner";

type Props = { connection: ConnectionDetail; now: string; ianaTimezone: string };

export function StatusCard({ connection, now, ianaTimezone }: Props) {
  const { advice, detail, tests } = connection;
  return (
    <SectionCard title="State">
      <BlockStack gap="400">
        {advice && <TroubleBanner advice={advice} detail={detail} />}
        <TermList terms={[...targetTerms(connection), ...historyTerms(connection, now, ianaTimezone)]} />
        <TestStrip tests={tests} />
      </BlockStack>
    </SectionCard>
  );
}
