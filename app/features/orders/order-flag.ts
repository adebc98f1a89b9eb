/** Words about flags that the server and the pages share. */
export const FLAG_STATUSES = ["ATTENTION", "SNOOZED", "RESOLVED", "ARCHIVED"] as const;
export type FlagStatus = (typeof FLAG_STATUSES)[number];

export const SEVERITIES = ["CRITICAL", "WARNING", "INFO"] as const;
export type Severity = (typeof SEVERITIES)[number];

export const STATUS_NAMES: Record<FlagStatus, string> = {
  ATTENTION: "Needs attention",
  SNOOZED: "Snoozed",
  RESOLVED: "Resolved",
  ARCHIVED: "Archived",
};

export const SEVERITY_NAMES: Record<Severity, string> = {
  CRITICAL: "Critical",
  WARNING: "Warning",
  INFO: "Info",
};

export const SNOOZE_DAYS = [1, 3, 7] as const;
export const NOTE_LENGTH = 2000;

/** The order in Shopify's admin, as a link that App Bridge understands. */
export function adminOrderUrl(orderGid: string): string {
  return `shopify://admin/orders/${orderGid.split("/").pop()?.split("?")[0] ?? ""}`;
}
