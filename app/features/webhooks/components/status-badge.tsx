import { Badge } from "@shopify/polaris";
import { STATUS_NAMES, type WebhookEventStatus } from "../webhook-status";

const TONES = {
  DEAD: "critical",
  FAILED: "warning",
  RECEIVED: "info",
  PROCESSING: "info",
  SKIPPED: undefined,
  SUCCEEDED: "success",
} as const;

export function StatusBadge({ status }: { status: WebhookEventStatus }) {
  return <Badge tone={TONES[status]}>{STATUS_NAMES[status]}</Badge>;
}
