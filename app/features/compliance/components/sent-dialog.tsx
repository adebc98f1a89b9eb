import { useFetcher } from "@remix-run/react";
import { Button, Modal, Text } from "@shopify/polaris";
import { useState } from "react";
import { ActionError } from "~/components/action-error";
import { useToast } from "~/components/use-toast";
import type { RequestLine } from "../compliance";
import type { PrivacyAnswer } from "../privacy-form.server";

type Props = { line: RequestLine; intent: keyof typeof TEXTS };

const TEXTS = {
  sent: { open: "Mark as sent…", title: "Was the report sent to the customer?", confirm: "Mark as sent" },
  "not-sent": {
    open: "Not sent after all…",
    title: "Was the report not sent after all?",
    confirm: "Open the request again",
  },
} as const;

/** The second step of a data request, and the way back from it. Each asks first. */
export function SentButton({ line, intent }: Props) {
  const fetcher = useFetcher<PrivacyAnswer>();
  const [asking, setAsking] = useState(false);
  const { open, title, confirm } = TEXTS[intent];
  const busy = fetcher.state !== "idle";
  const answer = busy ? undefined : fetcher.data;
  useToast(fetcher.data);
  const [heard, setHeard] = useState(answer);
  if (answer !== heard) {
    setHeard(answer);
    if (answer?.ok) setAsking(false);
  }
  const whom = line.customer?.label ?? "the customer";
  return (
    <>
      <Button
        variant={intent === "sent" && line.downloadedAt ? "primary" : intent === "sent" ? undefined : "plain"}
        accessibilityLabel={`${open.replace("…", "")}: ${whom}`}
        onClick={() => setAsking(true)}
      >
        {open}
      </Button>
      <Modal
        open={asking}
        onClose={() => setAsking(false)}
        title={title}
        primaryAction={{
          content: confirm,
          loading: busy,
          onAction: () => fetcher.submit({ intent, id: line.id }, { method: "post" }),
        }}
        secondaryActions={[{ content: "Cancel", onAction: () => setAsking(false) }]}
      >
        <Modal.Section>
          <Text as="p">{bodyOf(intent, line, whom)}</Text>
          <ActionError answer={asking ? answer : null} />
        </Modal.Section>
      </Modal>
    </>
  );
}

function bodyOf(intent: Props["intent"], { hasReport, downloadedAt }: RequestLine, whom: string): string {
  if (intent === "not-sent")
    return `This opens the request of ${whom} again, with the day by which it was due. You can download the report again.`;
  if (hasReport && !downloadedAt)
    return `The report has not been downloaded yet. Go on only if you answered ${whom} in another way. This closes the request; you can take it back.`;
  return `Backroom sends nothing by itself. Go on once you have sent the report to ${whom}. This closes the request; you can take it back.`;
}
