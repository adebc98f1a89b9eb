import type { InstallationFilter } from "~/features/webhooks/installation.server";
import { WEBHOOK_STATUSES, type WebhookEventStatus } from "~/features/webhooks/webhook-status";
import { UsageError, type Arguments, type Io } from "~/platform/command.server";
import type { Db } from "~/platform/db/client.server";
import type { Source } from "~/platform/env.server";

export const OPTIONS = {
  shop: "value",
  status: "value",
  topic: "value",
  limit: "value",
  all: "flag",
  yes: "flag",
} as const;

/** What one run of `npm run webhooks` was asked for. */
export type Request = { filter: InstallationFilter; limit: number; all: boolean; yes: boolean };

/** Checks arguments and configuration before a database is opened; what it returns does the work, and gives the exit code. */
export type Subcommand = (request: Request, env: Source, io: Io) => (db: Db) => Promise<number>;

/** @throws {UsageError} */
export function readRequest(values: Arguments<typeof OPTIONS>["values"], webhookId?: string): Request {
  const status = values.status?.toUpperCase();
  const limit = Number(values.limit ?? 20);
  if (!(limit >= 1 && limit <= 100)) throw new UsageError("--limit is a number from 1 to 100.");
  if (status && !isStatus(status)) throw new UsageError(`--status is one of ${WEBHOOK_STATUSES.join(", ")}.`);
  return {
    filter: {
      shopDomain: values.shop,
      status: status as WebhookEventStatus | undefined,
      topic: values.topic,
      webhookId,
    },
    ...{ limit, all: values.all ?? false, yes: values.yes ?? false },
  };
}

function isStatus(text: string): text is WebhookEventStatus {
  return WEBHOOK_STATUSES.some((status) => status === text);
}

/** @throws {UsageError} when there is none */
export function shopOf({ filter: { shopDomain } }: Request): string {
  if (!shopDomain) throw new UsageError("--shop is missing; it is the shop's myshopify.com domain.");
  return shopDomain;
}

export function notFound(what: string, { err }: Io): number {
  err(`There is no ${what} here.`);
  return 1;
}
