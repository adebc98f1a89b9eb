/** Whether webhooks come in, and whether what came in is worked on. */
import { join } from "node:path";
import { countOverdue } from "~/features/compliance/compliance.server";
import { readDeclaredTopics } from "~/features/webhooks/declared-topics.server";
import { compareTopics } from "~/features/webhooks/registry-comparison";
import { doorAddress, expectedTopics } from "~/features/webhooks/registry.server";
import { WebhookInboxRepository } from "~/features/webhooks/webhook-inbox.repository.server";
import { DAY_MS } from "~/platform/clock";
import type { Db } from "~/platform/db/client.server";
import { ConfigurationError } from "~/platform/env.server";
import { formatSpan } from "~/platform/time-span";
import { APP_FILE, readAppFile } from "./app-file";
import type { Check, DatabaseCheck } from "./context";
import { count, few, found, type Found, verb } from "./finding";
import { before, MINUTE_MS, rowsNow } from "./rows-now";

/** Deliveries and replays wait for seconds, also behind a busy shop's. */
const WAITING_MS = 10 * MINUTE_MS;
const SOON_DAYS = 7;

export const declaredWebhooks: Check = async ({ configuration, host, isProduction }) => {
  if (!configuration) return [found("note", "NOT_CHECKED", "Not checked: the variables are not valid.")];
  const { appUrl } = configuration.env;
  try {
    const declared = readDeclaredTopics(join(host.folder, APP_FILE));
    const topics = compareTopics({
      ...{ expected: expectedTopics(), declared, actual: null, address: doorAddress(appUrl) },
    });
    const lacking = topics.filter(({ state }) => state === "unchecked" || state === "elsewhere");
    const url = (await readAppFile(host.folder))?.application_url;
    return [
      ...(lacking.length
        ? [
            found(
              lacking.some(({ compliance }) => compliance) ? "mend" : "warning",
              "TOPICS_NOT_DECLARED",
              `${APP_FILE} does not send ${few(lacking.map(({ topic }) => topic))} to /webhooks.`,
              "Declare them there and run: shopify app deploy (or, shop by shop: npm run webhooks -- sync).",
            ),
          ]
        : []),
      ...(isProduction && url && !isExample(url) && originOf(url) !== appUrl
        ? [
            found(
              "warning",
              "APP_FILE_URL",
              `${APP_FILE} names ${originOf(url)} as the app's address, and SHOPIFY_APP_URL is ${appUrl}.`,
              "Write the same in both, then: shopify app deploy",
            ),
          ]
        : []),
    ];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems.map((problem) => found("mend", "APP_FILE_UNREADABLE", problem));
  }
};

export const inboxAndRegistry: DatabaseCheck = async (db, context) => {
  const now = await rowsNow(db, context);
  return [
    ...(context.configuration
      ? await callbacks(db, doorAddress(context.configuration.env.appUrl), context.isProduction)
      : []),
    ...(await handshakes(db)),
    ...(await waiting(db, now, context.configuration?.env.inboxWorker)),
    ...(await compliance(db, now)),
  ];
};

async function callbacks(db: Db, address: string, isProduction: boolean): Promise<Found[]> {
  const elsewhere = await db.webhookRegistry.groupBy({
    by: ["callbackUrl"],
    where: { operation: { not: "REMOVE" }, callbackUrl: { not: address } },
    _count: { _all: true },
  });
  const groups = elsewhere.filter(({ callbackUrl }) => callbackUrl !== null);
  if (!groups.length) return [];
  const number = groups.reduce((all, { _count }) => all + _count._all, 0);
  return [
    found(
      // The address of a tunnel changes with every start of a developer's machine.
      isProduction ? "mend" : "warning",
      "CALLBACK_ELSEWHERE",
      `${count(number, "registered webhook")} ${verb(number, "leads", "lead")} to ${few(groups.map(({ callbackUrl }) => withoutQuery(callbackUrl!)))} and not to ${address}.`,
      "Run for each shop: npm run webhooks -- sync --shop <shop> --yes",
    ),
  ];
}

async function handshakes(db: Db): Promise<Found[]> {
  const where = { handshakeResult: "FAILURE" as const };
  const failed = await db.webhookRegistry.count({ where });
  if (!failed) return [];
  const last = await db.webhookRegistry.findFirst({ where, orderBy: { recordedAt: "desc" } });
  return [
    found(
      "warning",
      "HANDSHAKE_FAILED",
      `Shopify refused ${count(failed, "registration")}, the last for ${last!.topicKey} of ${last!.shopDomain}: ${(last!.handshakeDetail ?? "it gave no reason").slice(0, 200)}.`,
      `Run: npm run webhooks -- audit --shop ${last!.shopDomain}`,
    ),
  ];
}

async function waiting(db: Db, now: Date, inboxWorker = true): Promise<Found[]> {
  const where = {
    status: { in: ["RECEIVED" as const, "FAILED" as const, "PROCESSING" as const] },
    nextAttemptAt: { lt: before(now, WAITING_MS) },
  };
  const oldest = await db.webhookEvent.findFirst({ where, orderBy: { nextAttemptAt: "asc" } });
  const { DEAD } = await new WebhookInboxRepository(db).countOpen();
  const findings: Found[] = [];
  if (oldest) {
    const overdue = await db.webhookEvent.count({ where });
    const span = formatSpan(now.getTime() - oldest.nextAttemptAt!.getTime());
    findings.push(
      found(
        "mend",
        "INBOX_WAITING",
        `${count(overdue, "webhook")} should have been worked on, the oldest ${span} ago, and no worker takes ${overdue === 1 ? "it" : "them"}${inboxWorker ? "" : ": INBOX_WORKER is off here"}.`,
        inboxWorker
          ? "Look at the app's log: is it running, and does its database answer? npm run inbox works on them now."
          : "Run a process with INBOX_WORKER=on, or call POST /cron/inbox every minute.",
      ),
    );
  }
  if (DEAD)
    findings.push(
      found(
        "warning",
        "INBOX_DEAD",
        `${count(DEAD, "webhook")} failed at every attempt and ${verb(DEAD, "waits", "wait")} for a person.`,
        "See: npm run webhooks -- list --status DEAD; then replay or dismiss.",
      ),
    );
  return findings;
}

async function compliance(db: Db, now: Date): Promise<Found[]> {
  const overdue = await countOverdue(db, now);
  const soon = (await countOverdue(db, new Date(now.getTime() + SOON_DAYS * DAY_MS))) - overdue;
  const where =
    'The request is on the shop\'s page Settings, Privacy; see ops/RUNBOOK.md, "A privacy request".';
  return [
    ...(overdue
      ? [
          found(
            "mend",
            "COMPLIANCE_OVERDUE",
            `${count(overdue, "privacy request")} ${verb(overdue, "is", "are")} past the 30 days that Shopify allows.`,
            where,
          ),
        ]
      : []),
    ...(soon > 0
      ? [
          found(
            "warning",
            "COMPLIANCE_DUE_SOON",
            `${count(soon, "privacy request")} ${verb(soon, "is", "are")} due within ${SOON_DAYS} days.`,
            where,
          ),
        ]
      : []),
  ];
}

function isExample(url: string): boolean {
  return /\bexample\.(com|org|net)\b/i.test(url);
}

function originOf(url: string): string {
  try {
    return new URL(url).origin;
  } catch {
    return "something that is no address";
  }
}

function withoutQuery(url: string): string {
  return url.split(/[?#]/)[0]!.replace(/\/\/[^/@]*@/, "//");
}
