import { useFetcher, useSearchParams } from "@remix-run/react";
import { BlockStack, InlineGrid, Page } from "@shopify/polaris";
import { useState } from "react";
import { ActionError } from "~/components/action-error";
import { useToast } from "~/components/use-toast";
import type { ConnectionDetail } from "../connections.server";
import type { ConnectionAnswer } from "../connection-answer";
import { connectionUrl } from "../provider";
import { ConnectionBadge } from "./connection-badge";
import { ConnectionForm, type FormMode } from "./connection-form";
import { DisconnectModal } from "./disconnect-modal";
import { HistoryCard } from "./history-card";
import { SecretCard } from "./secret-card";
import { StatusCard } from "./status-card";

type Props = { connection: ConnectionDetail; now: string; ianaTimezone: string; actor: string };

/** One service: its state and what to do about it, its secret, its form, and its tests. */
export function ConnectionPage({ connection, now, ianaTimezone, actor }: Props) {
  const { provider, name, state, secret, config } = connection;
  const mode = useFormMode(secret !== null);
  const fetcher = useFetcher<ConnectionAnswer>();
  const [asking, setAsking] = useState(false);
  useToast(fetcher.data);
  const busy = fetcher.state !== "idle";
  const testing = busy && fetcher.formData?.get("intent") === "test";
  const answer = busy ? undefined : fetcher.data;
  return (
    <Page
      title={name}
      titleMetadata={<ConnectionBadge state={state} />}
      backAction={{ content: "Connections", url: "/app/settings/connections" }}
      {...(secret && {
        primaryAction: {
          content: "Test connection",
          loading: testing,
          onAction: () => fetcher.submit({ intent: "test" }, { method: "post" }),
        },
        secondaryActions: [
          { content: "Replace", url: connectionUrl(provider, "replace") },
          // A server that is open has no secret.
          ...(config?.signIn === "none"
            ? []
            : [{ content: "Rotate secret", url: connectionUrl(provider, "rotate") }]),
          { content: "Disconnect", destructive: true, onAction: () => setAsking(true) },
        ],
      })}
    >
      <BlockStack gap="400">
        <ActionError answer={answer?.trouble ? null : answer} />
        {mode && <ConnectionForm key={mode} connection={connection} mode={mode} />}
        {secret && (
          <InlineGrid columns={{ xs: 1, md: ["twoThirds", "oneThird"] }} gap="400" alignItems="start">
            <StatusCard connection={connection} now={now} ianaTimezone={ianaTimezone} />
            <SecretCard
              connection={connection}
              secret={secret}
              now={now}
              ianaTimezone={ianaTimezone}
              actor={actor}
            />
          </InlineGrid>
        )}
        <HistoryCard
          tests={connection.tests}
          connected={secret !== null}
          now={now}
          ianaTimezone={ianaTimezone}
        />
      </BlockStack>
      <DisconnectModal
        name={name}
        open={asking && secret !== null}
        busy={busy}
        onCancel={() => setAsking(false)}
        onDisconnect={() => fetcher.submit({ intent: "disconnect" }, { method: "post" })}
      />
    </Page>
  );
}

/** What is not connected shows its form; what is shows one when it is asked for. */
function useFormMode(connected: boolean): FormMode | null {
  const [params] = useSearchParams();
  if (!connected) return "connect";
  const asked = params.get("form");
  return asked === "replace" || asked === "rotate" ? asked : null;
}
