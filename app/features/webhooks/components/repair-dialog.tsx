import { useFetcher } from "@remix-run/react";
import { Banner, BlockStack, Modal, Spinner, Text } from "@shopify/polaris";
import { useEffect } from "react";
import type { Step } from "../registry-comparison";
import type { RegistryAudit } from "../registry.server";
import type { WebhookAnswer } from "../webhook-actions.server";
import { useReturnFocus } from "./use-return-focus";

type Props = {
  onAudit: (audit: RegistryAudit) => void;
  onDone: (message: string) => void;
  onClose: () => void;
};

/** Asks Shopify first, lists what would be changed there, and changes it when told to. Mounted when it opens. */
export function RepairDialog({ onAudit, onDone, onClose }: Props) {
  const check = useFetcher<WebhookAnswer>();
  const repair = useFetcher<WebhookAnswer>();
  useReturnFocus();
  useEffect(() => check.submit({ intent: "check" }, POST), []); // eslint-disable-line react-hooks/exhaustive-deps -- once, as it opens
  useEffect(() => {
    const answer = repair.state === "idle" ? repair.data : undefined;
    if (answer?.audit) onAudit(answer.audit);
    if (answer?.ok) onDone(answer.message);
  }, [repair.state, repair.data]); // eslint-disable-line react-hooks/exhaustive-deps -- once per answer

  const audit = repair.data?.audit ?? check.data?.audit;
  const steps = audit?.topics.flatMap((topic) => topic.steps);
  const busy = repair.state !== "idle";
  const refusal = [repair.data, check.data].find((answer) => answer && !answer.ok);
  return (
    <Modal
      open
      onClose={onClose}
      title="Repair the subscriptions?"
      primaryAction={{
        content: steps?.length ? `Make ${changes(steps.length)}` : "Repair",
        disabled: !audit,
        loading: busy,
        onAction: () => repair.submit({ intent: "repair" }, POST),
      }}
      secondaryActions={[{ content: "Cancel", onAction: onClose }]}
    >
      <Modal.Section>
        <BlockStack gap="300">
          {refusal && !busy && <Banner tone="critical" title={refusal.message} />}
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

const POST = { method: "post", action: "/app/webhooks" } as const;

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
