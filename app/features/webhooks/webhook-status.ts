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
export const MOST_ATTEMPTS = 8;

export function deliveries(count: number): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? "delivery" : "deliveries"}`;
}

/** Shopify tells apps who somebody is only by a number. */
export function personText(person: string, actor: string): string {
  if (person === actor) return "you";
  return person.startsWith("gid://") ? "a colleague" : person;
}

/** An event's last error for people: whoever dismissed it is in there by number. */
export function errorText(lastError: string, actor: string): string {
  return lastError.replace(/gid:\/\/shopify\/StaffMember\/\d+/g, (person) => personText(person, actor));
}

/** Of a test that the door took and that is at no end after half a minute. */
export const NOT_PROCESSED =
  "It is stored and safe, and nobody has processed it for half a minute. See whether a worker runs: with INBOX_WORKER=off it has to run elsewhere.";
export const NOT_STORED =
  "The address took it, and it is not in this inbox. Another installation of the app, with another database, answers at SHOPIFY_APP_URL.";
