import { useFetcher } from "@remix-run/react";
import { BlockStack, Button, InlineStack } from "@shopify/polaris";
import { ActionError } from "~/components/action-error";
import { Quiet, SectionCard } from "~/components/section-card";
import { TermList } from "~/components/term-list";
import { useToast } from "~/components/use-toast";
import type { ConnectionCard as Connection } from "../connections.server";
import type { ConnectionAnswer } from "../connection-answer";
import { connectionUrl } from "../provider";
import { ConnectionBadge } from "./connection-badge";
import { historyTerms, secretTerm, targetTerms } from "./connection-terms";
import { TroubleBanner } from "./trouble-banner";

type Props = { connection: Connection; now: string; ianaTimezone: string };

/** One service on the list of all: whether it works and since when, and the way to everything else. */
export function ConnectionCard({ connection, now, ianaTimezone }: Props) {
  const { provider, name, state, secret, advice, detail } = connection;
  const fetcher = useFetcher<ConnectionAnswer>();
  useToast(fetcher.data);
  // A test that failed is in the card's own state by now; what could not be tested at all is not.
  const refusal = fetcher.state !== "idle" || fetcher.data?.trouble ? null : fetcher.data;
  const url = connectionUrl(provider);
  const test = () => fetcher.submit({ intent: "test" }, { method: "post", action: url });
  return (
    <SectionCard title={name} badge={<ConnectionBadge state={state} />}>
      {secret ? (
        <BlockStack gap="400">
          {advice && <TroubleBanner advice={advice} detail={detail} />}
          <TermList
            terms={[
              ...targetTerms(connection),
              ...historyTerms(connection, now, ianaTimezone),
              secretTerm(secret, ianaTimezone),
            ]}
          />
          <InlineStack gap="200">
            <Button
              onClick={test}
              loading={fetcher.state !== "idle"}
              accessibilityLabel={`Test connection to ${name}`}
            >
              Test connection
            </Button>
            <Button url={url} accessibilityLabel={`Manage ${name}`}>
              Manage
            </Button>
          </InlineStack>
          <ActionError answer={refusal} />
        </BlockStack>
      ) : (
        <InlineStack gap="400" align="space-between" blockAlign="center">
          <Quiet>{WHAT_FOR[provider]}</Quiet>
          <Button url={url} accessibilityLabel={`Connect ${name}`}>
            Connect
          </Button>
        </InlineStack>
      )}
    </SectionCard>
  );
}

const WHAT_FOR: Record<Connection["provider"], string> = {
  GA4: "Which pages bring visitors who buy.",
  GSC: "What people search for on Google before they find you.",
  BING: "What people search for on Bing before they find you.",
  MCP: "Tools of your own, such as a help centre, for drafts and insights.",
};
