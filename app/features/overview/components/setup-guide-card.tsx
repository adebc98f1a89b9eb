import { useFetcher } from "@remix-run/react";
import { BlockStack, Button, Card, Icon, InlineStack, ProgressBar, Text } from "@shopify/polaris";
import { CheckCircleIcon, XIcon } from "@shopify/polaris-icons";
import { ActionError } from "~/components/action-error";
import type { SetupStep } from "../setup-guide";

/** What is left to set up; a merchant may dismiss it, and it goes by itself once everything is done. */
export function SetupGuideCard({ steps }: { steps: SetupStep[] }) {
  const fetcher = useFetcher<{ ok: boolean; message: string }>();
  const done = steps.filter((step) => step.done).length;
  const send = (intent: string) => fetcher.submit({ intent }, { method: "post" });
  return (
    <Card>
      <BlockStack gap="300">
        <InlineStack align="space-between" blockAlign="center" wrap={false}>
          <Text as="h2" variant="headingSm">
            Set up Backroom
          </Text>
          <Button
            icon={XIcon}
            variant="tertiary"
            accessibilityLabel="Dismiss the setup guide"
            loading={fetcher.state !== "idle"}
            onClick={() => send("dismiss-guide")}
          />
        </InlineStack>
        <ActionError answer={fetcher.state === "idle" ? fetcher.data : null} />
        <InlineStack gap="300" blockAlign="center">
          <Text as="p" tone="subdued">
            {done} of {steps.length} steps done
          </Text>
          <div className="setup-progress" aria-hidden="true">
            <ProgressBar progress={(done / steps.length) * 100} size="small" tone="primary" />
          </div>
        </InlineStack>
        <ul className="setup-steps">
          {steps.map((step) => (
            <Step key={step.id} step={step} onReviewed={() => send("thresholds")} />
          ))}
        </ul>
      </BlockStack>
    </Card>
  );
}

function Step({ step, onReviewed }: { step: SetupStep; onReviewed: () => void }) {
  return (
    <li>
      <span className={step.done ? "setup-mark setup-mark-done" : "setup-mark"}>
        {step.done && <Icon source={CheckCircleIcon} tone="success" />}
      </span>
      <BlockStack gap="100">
        <Text as="h3" variant="bodyMd" fontWeight={step.done ? "regular" : "semibold"}>
          {step.title}
          <Text as="span" visuallyHidden>
            {step.done ? ", done" : ", to do"}
          </Text>
        </Text>
        {!step.done && (
          <>
            <Text as="p" tone="subdued">
              {step.body}
            </Text>
            <InlineStack gap="200">
              {step.action && <Button url={step.action.url}>{step.action.label}</Button>}
              {step.id === "thresholds" && (
                <Button variant="plain" onClick={onReviewed}>
                  They are fine as they are
                </Button>
              )}
            </InlineStack>
          </>
        )}
      </BlockStack>
    </li>
  );
}
