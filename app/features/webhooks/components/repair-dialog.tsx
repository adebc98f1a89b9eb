import { BlockStack, Modal, Spinner, Text } from "@shopify/polaris";
import { useCallback } from "react";
import { ActionError } from "~/components/action-error";
import type { Step } from "../registry-comparison";
import type { RegistryAudit } from "../registry.server";
import type { WebhookAnswer } from "../webhook-actions.server";
import { useAskFirst } from "./use-ask-first";
import { useReturnFocus } from "./use-return-focus";

type Props = {
  onAudit: (audit: RegistryAudit) => void;
  onDone: (message: string) => void;
  onClose: () => void;
};

/** Asks Shopify first, lists what would be changed there, and changes it when told to. Mounted when it opens. */
export function RepairDialog({ onAudit, onDone, onClose }: Props) {
  useReturnFocus();
  const end = useCallback(
    ({ audit, ok, message }: WebhookAnswer) => {
      if (audit) onAudit(audit);
      if (ok) onDone(message);
    },
    [onAudit, onDone],
  );
  const { told, answer, busy, refusal, submit } = useAskFirst(CHECK, end);
  const audit = answer?.audit ?? told?.audit;
  const steps = audit?.topics.flatMap((topic) => topic.steps);
  return (
    <Modal
      open
      onClose={onClose}
      title="Repair the subscriptions?"
      primaryAction={{
        content: steps?.length ? `Make ${changes(steps.length)}` : "Repair",
        disabled: !audit,
        loading: busy,
        onAction: () => submit({ intent: "repair" }),
      }}
      secondaryActions={[{ content: "Cancel", onAction: onClose }]}
    >
      <Modal.Section>
        <BlockStack gap="300">
          <ActionError answer={refusal} />
          {!audit && !refusal && <Spinner accessibilityLabel="Asking Shopify" size="small" />}
          {steps?.length === 0 && (
            <Text as="p">
              Nothing has to be changed at Shopify. Repairing only notes here that everything was found in
              place.
            </Text>
          )}
          {steps && steps.length > 0 && (
            <>
              <Text as="p">This will be changed at Shopify, one after the other:</Text>
              <ul className="facts">
                {steps.map((step) => (
                  <li key={`${step.topicKey} ${step.operation} ${step.subscriptionId ?? ""}`}>
                    {sentence(step)}
                  </li>
                ))}
              </ul>
            </>
          )}
        </BlockStack>
      </Modal.Section>
    </Modal>
  );
}

const CHECK = { intent: "check" };

function changes(count: number): string {
  return `${count} ${count === 1 ? "change" : "changes"}`;
}

function sentence({ operation, topicKey, uri }: Step): string {
  switch (operation) {
    case "REGISTER":
      return `${topicKey} is registered to ${uri}`;
    case "REFRESH":
      return `${topicKey} is turned to ${uri}`;
    case "REMOVE":
      return `${topicKey} to ${uri} is removed`;
  }
}
