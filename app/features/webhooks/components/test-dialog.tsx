import { Link, useFetcher } from "@remix-run/react";
import { BlockStack, Modal, Select, Spinner, Text } from "@shopify/polaris";
import { useEffect, useState } from "react";
import { ActionError } from "~/components/action-error";
import { formatShopTime } from "~/platform/shop-time";
import type { DeliveryProgress } from "../diagnostics.server";
import type { SentTest } from "../send-test.server";
import { TEST_TOPICS } from "../test-payloads";
import { NOT_PROCESSED, NOT_STORED } from "../webhook-status";
import type { WebhookAnswer } from "../webhook-actions.server";
import { useReturnFocus } from "./use-return-focus";

const LOOK_EVERY_MS = 1_000;
/** A worker looks more often than this; after it something is wrong. */
const LOOKS = 30;

/** Sends a delivery by the public address and follows it until it is processed. Mounted when it opens. */
export function TestDialog({ ianaTimezone, onClose }: { ianaTimezone: string; onClose: () => void }) {
  const send = useFetcher<WebhookAnswer>();
  const [topic, setTopic] = useState<string>(TEST_TOPICS[0]!);
  useReturnFocus();
  const busy = send.state !== "idle";
  const test = busy ? undefined : send.data?.test;
  const { progress, gaveUp } = useProgress(test?.problem === null ? test.webhookId : undefined);
  return (
    <Modal
      open
      onClose={onClose}
      title="Send a test delivery"
      primaryAction={{
        content: test ? "Send another" : "Send test",
        loading: busy,
        onAction: () =>
          send.submit({ intent: "send-test", topic }, { method: "post", action: "/app/webhooks" }),
      }}
      secondaryActions={[{ content: "Close", onAction: onClose }]}
    >
      <Modal.Section>
        <BlockStack gap="400">
          <Text as="p">
            The app signs a harmless sample, about things that your store does not have, and sends it to its
            own public address as Shopify would. Nothing in your store or in Backroom's figures changes; the
            delivery appears in the list.
          </Text>
          <Select
            label="Topic"
            options={TEST_TOPICS.map((value) => ({ value, label: value }))}
            value={topic}
            onChange={setTopic}
          />
          <div role="status" aria-live="polite">
            {test && <Steps {...{ test, progress, gaveUp, ianaTimezone }} />}
          </div>
          <ActionError answer={busy ? null : send.data} />
        </BlockStack>
      </Modal.Section>
    </Modal>
  );
}

type ProgressAnswer = { progress: DeliveryProgress | null };

/** Looks once a second until the delivery is at an end, or has taken too long. */
function useProgress(webhookId: string | undefined) {
  const fetcher = useFetcher<ProgressAnswer>();
  const [looks, setLooks] = useState({ webhookId, count: 0 });
  if (looks.webhookId !== webhookId) setLooks({ webhookId, count: 0 });
  const progress = looks.count > 0 ? (fetcher.data?.progress ?? null) : null;
  const settled = progress !== null && !["RECEIVED", "PROCESSING"].includes(progress.status);
  const gaveUp = looks.count >= LOOKS && !settled;
  useEffect(() => {
    if (!webhookId || settled || gaveUp || fetcher.state !== "idle") return;
    const timer = setTimeout(
      () => {
        fetcher.load(`/app/webhooks/${encodeURIComponent(webhookId)}/progress`);
        setLooks(({ count }) => ({ webhookId, count: count + 1 }));
      },
      looks.count === 0 ? 0 : LOOK_EVERY_MS,
    );
    return () => clearTimeout(timer);
  }, [webhookId, settled, gaveUp, fetcher, looks.count]);
  return { progress, gaveUp };
}

type StepsProps = {
  test: SentTest;
  progress: DeliveryProgress | null;
  gaveUp: boolean;
  ianaTimezone: string;
};

function Steps({ test, progress, gaveUp, ianaTimezone }: StepsProps) {
  const processed = progress?.processedAt;
  return (
    <ol className="facts">
      <li>
        Signed, and sent on {formatShopTime(test.sentAt, ianaTimezone)} to {test.url}
      </li>
      {test.status > 0 && (
        <li>
          Answered {test.status} after {test.durationMs} ms
        </li>
      )}
      {progress && (
        <li>
          Stored in the inbox on {formatShopTime(progress.receivedAt, ianaTimezone)}:{" "}
          <Link to={`/app/webhooks/${test.webhookId}`}>see the delivery</Link>
        </li>
      )}
      {progress && processed && (
        <li>
          {progress.status === "SKIPPED" ? "Processed, nothing to do" : "Processed"} after{" "}
          {Math.max(0, Date.parse(processed) - Date.parse(progress.receivedAt))} ms
          {progress.lastError && `: ${progress.lastError}`}
        </li>
      )}
      {progress && (progress.status === "FAILED" || progress.status === "DEAD") && (
        <li>
          Failed at attempt {progress.attempts}: {progress.lastError}
        </li>
      )}
      {test.problem === null && !processed && !gaveUp && progress?.status !== "FAILED" && (
        <li>
          <Spinner accessibilityLabel="Waiting for the delivery to be processed" size="small" />
        </li>
      )}
      {gaveUp && <li>{progress ? NOT_PROCESSED : NOT_STORED}</li>}
    </ol>
  );
}
