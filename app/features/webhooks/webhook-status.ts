/** Words about deliveries that the server and the pages share. */
export const WEBHOOK_STATUSES = ["DEAD", "FAILED", "RECEIVED", "PROCESSING", "SKIPPED", "SUCCEEDED"] as const;
export type WebhookEventStatus = (typeof WEBHOOK_STATUSES)[number];

/** What waits already needs no replay; of what is being processed, only what its worker has lost. */
export const REPLAYABLE = ["DEAD", "FAILED", "SKIPPED", "SUCCEEDED", "PROCESSING"] as const;
/** What somebody may decide to leave as it is. */
export const DISMISSABLE = ["DEAD", "FAILED"] as const;

export const STATUS_NAMES: Record<WebhookEventStatus, string> = {
  DEAD: "Given up",
  FAILED: "Failed",
  RECEIVED: "Waiting",
  PROCESSING: "Being processed",
  SKIPPED: "Skipped",
  SUCCEEDED: "Processed",
};

/** After how many attempts an event is given up. */
export const MAX_ATTEMPTS = 8;

/** Shopify tells apps who somebody is only by a number. */
export function personText(person: string, actor: string): string {
  if (person === actor) return "you";
  return person.startsWith("gid://") ? "a colleague" : person;
}

/** An event's last error for people: whoever dismissed it is in there by number. */
export function errorText(lastError: string, actor: string): string {
  return lastError.replace(/gid:\/\/shopify\/StaffMember\/\d+/g, (person) => personText(person, actor));
}
