import { BlockStack, Modal, Spinner, Text } from "@shopify/polaris";
import { useCallback, useMemo } from "react";
import { ActionError } from "~/components/action-error";
import { formatShopTime } from "~/platform/shop-time";
import type { ChangeKind, ChangePreview } from "../inbox-changes.server";
import type { WebhookAnswer } from "../webhook-actions.server";
import { deliveries, STATUS_NAMES } from "../webhook-status";
import { useAskFirst } from "./use-ask-first";
import { useReturnFocus } from "./use-return-focus";

export type AskChange = { kind: ChangeKind; filter: ChangePreview["filter"] };

type Props = {
  ask: AskChange;
  ianaTimezone: string;
  onDone: (message: string) => void;
  onClose: () => void;
};

const VERBS = { replay: "Replay", dismiss: "Dismiss" } as const;
const WHAT_HAPPENS = {
  replay:
    "They are put back in line and run again from their stored payload, with all their attempts. Nothing is sent to a customer, and what is newer in Backroom stays. Figures of the days that an order or a refund is about are dropped, and are “Not computed yet” on the overview.",
  dismiss: "They are marked as skipped, with your decision beside their error.",
} as const;

/** Says what would happen, and does it when told to. Mounted when it opens. */
export function ChangeDialog({ ask: { kind, filter }, ianaTimezone, onDone, onClose }: Props) {
  useReturnFocus();
  const question = useMemo(() => ({ intent: kind, ...filter }), [kind, filter]);
  const end = useCallback((answer: WebhookAnswer) => answer.ok && onDone(answer.message), [onDone]);
  const { told, busy, refusal, submit } = useAskFirst(question, end);
  const plan = told?.preview;
  return (
    <Modal
      open
      onClose={onClose}
      title={`${VERBS[kind]} deliveries?`}
      primaryAction={{
        content: plan?.count ? `${VERBS[kind]} ${deliveries(plan.count)}` : VERBS[kind],
        destructive: kind === "dismiss",
        disabled: !plan?.count,
        loading: busy,
        onAction: () => submit({ ...question, confirmed: "yes" }),
      }}
      secondaryActions={[{ content: "Cancel", onAction: onClose }]}
    >
      <Modal.Section>
        <BlockStack gap="300">
          <ActionError answer={refusal} />
          {!plan && !refusal && <Spinner accessibilityLabel="Counting" size="small" />}
          {plan && <Plan plan={plan} kind={kind} ianaTimezone={ianaTimezone} />}
        </BlockStack>
      </Modal.Section>
    </Modal>
  );
}

function Plan({ plan, kind, ianaTimezone }: { plan: ChangePreview; kind: ChangeKind; ianaTimezone: string }) {
  const { count, topics, statuses, oldestReceivedAt, leftAlone } = plan;
  if (!count)
    return (
      <Text as="p">
        {kind === "replay"
          ? "There is nothing to replay: what matches waits already or is being processed."
          : "There is nothing to dismiss: only failed deliveries, and those that were given up, can be."}
      </Text>
    );
  return (
    <>
      <Text as="p" fontWeight="semibold">
        {deliveries(count)}
        {oldestReceivedAt && `, the oldest from ${formatShopTime(oldestReceivedAt, ianaTimezone)}`}
      </Text>
      <ul className="facts">
        {topics.map(({ topic, count }) => (
          <li key={topic}>
            {topic}: {count}
          </li>
        ))}
      </ul>
      {statuses.length > 1 && (
        <Text as="p">
          By state:{" "}
          {statuses.map(({ status, count }) => `${STATUS_NAMES[status].toLowerCase()} ${count}`).join(", ")}.
        </Text>
      )}
      {leftAlone > 0 && (
        <Text as="p">{deliveries(leftAlone)} of the same filter will be left as they are.</Text>
      )}
      <Text as="p" tone="subdued">
        {WHAT_HAPPENS[kind]}
      </Text>
    </>
  );
}
