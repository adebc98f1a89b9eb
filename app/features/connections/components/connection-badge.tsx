import { Badge } from "@shopify/polaris";
import type { ConnectionHealth } from "../connections.server";

const BADGES = {
  working: { tone: "success", label: "Working" },
  failing: { tone: "critical", label: "Failing" },
  untested: { tone: "attention", label: "Not tested" },
  unconnected: { tone: undefined, label: "Not connected" },
} as const;

export function ConnectionBadge({ state }: { state: ConnectionHealth["state"] }) {
  const { tone, label } = BADGES[state];
  return <Badge tone={tone}>{label}</Badge>;
}
