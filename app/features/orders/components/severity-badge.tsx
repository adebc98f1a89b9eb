import { Badge } from "@shopify/polaris";
import { SEVERITY_NAMES, type Severity } from "../order-flag";

const TONES = { CRITICAL: "critical", WARNING: "warning", INFO: "info" } as const;

export function SeverityBadge({ severity, children }: { severity: Severity; children?: string }) {
  return <Badge tone={TONES[severity]}>{children ?? SEVERITY_NAMES[severity]}</Badge>;
}
