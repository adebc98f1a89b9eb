/**
 * `npm run webhooks -- <command>`: the diagnostics page for a terminal, over the whole installation (ops/RUNBOOK.md,
 * "Webhooks").
 *
 *   status [--shop S]                          how many deliveries are in which state, and since when
 *   list [--status S] [--topic T] [--shop S] [--limit N]
 *   show <webhookId>                           one delivery; what tells of a person is masked
 *   replay <webhookId> | --status S --topic T --shop S | --all [--yes]
 *   dismiss <webhookId> | --status S --topic T --shop S | --all [--yes]
 *   audit --shop S                             what Shopify has against what it should have
 *   sync --shop S [--yes]                      registers, refreshes and removes until it has
 *   test --shop S [--topic T]                  sends a harmless delivery as Shopify would, and follows it
 *
 * Without --yes, replay, dismiss and sync say what they would do, and change nothing.
 *
 * 0  done, or told
 * 1  nothing matched, topics are not as they should be, or the test did not get through
 * 2  it could not run to its end: configuration, database, Shopify; what was done stays done
 */
import { userInfo } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import {
  changeInbox,
  countInbox,
  listInbox,
  previewAll,
  showDelivery,
  type InstallationFilter,
} from "~/features/webhooks/installation.server";
import { findStore } from "~/features/stores/installed.server";
import { auditRegistry, syncRegistry, type RegistryAudit } from "~/features/webhooks/registry.server";
import { findProgress } from "~/features/webhooks/diagnostics.server";
import { sendTest } from "~/features/webhooks/send-test.server";
import { TEST_TOPICS, type TestTopic } from "~/features/webhooks/test-payloads";
import { webhookDeps } from "~/features/webhooks/webhook-deps.server";
import {
  NOT_PROCESSED,
  NOT_STORED,
  STATUS_NAMES,
  WEBHOOK_STATUSES,
  type WebhookEventStatus,
} from "~/features/webhooks/webhook-status";
import { EnvelopeError } from "~/platform/crypto/envelope.server";
import { KeyUnavailableError } from "~/platform/crypto/keyring.server";
import { KeyServiceError } from "~/platform/crypto/kms-errors.server";
import { databaseNow } from "~/platform/db/clock.server";
import { createKeyProvider } from "~/platform/crypto/keys.server";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import {
  DatabaseUnavailableError,
  describeDatabaseError,
  isDatabaseUnavailable,
} from "~/platform/db/errors.server";
import { ConfigurationError, databaseEnvironment, environment } from "~/platform/env.server";
import { AdminApiError } from "~/platform/shopify/admin-graphql.server";
import { ReconnectRequiredError } from "~/platform/shopify/offline-access.server";
import { offlineAdmin } from "~/platform/shopify/offline-admin.server";
import { SessionUnreadableError } from "~/platform/shopify/session-storage.server";

const USAGE = `Usage: npm run webhooks -- status [--shop S]
       npm run webhooks -- list [--status S] [--topic T] [--shop S] [--limit N]
       npm run webhooks -- show <webhookId>
       npm run webhooks -- replay|dismiss <webhookId> | [--status S] [--topic T] [--shop S] | --all  [--yes]
       npm run webhooks -- audit --shop S
       npm run webhooks -- sync --shop S [--yes]
       npm run webhooks -- test --shop S [--topic T]`;

type Options = ReturnType<typeof readOptions>;

async function main(): Promise<number> {
  const options = readOptions();
  const { databaseUrl, directUrl, maxConnections } = databaseEnvironment();
  const url = directUrl ?? databaseUrl;
  const db = await connectDatabase(url, { maxConnections });
  try {
    return await run(db, options);
  } catch (error) {
    throw isDatabaseUnavailable(error) ? describeDatabaseError(error, url) : error;
  } finally {
    await db.$disconnect();
  }
}

function run(db: Db, options: Options): Promise<number> {
  switch (options.command) {
    case "status":
      return status(db, options);
    case "list":
      return list(db, options);
    case "show":
      return show(db, options);
    case "replay":
    case "dismiss":
      return change(db, options.command, options);
    case "audit":
    case "sync":
      return registry(db, options.command, options);
    case "test":
      return test(db, options);
    default:
      throw new ConfigurationError([USAGE]);
  }
}

function readOptions() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        shop: { type: "string" },
        status: { type: "string" },
        topic: { type: "string" },
        limit: { type: "string", default: "20" },
        all: { type: "boolean", default: false },
        yes: { type: "boolean", default: false },
      },
    });
    const [command = "", webhookId, ...more] = positionals;
    const status = values.status?.toUpperCase();
    const limit = Number(values.limit);
    if (more.length || !(limit >= 1 && limit <= 100)) throw new Error("usage");
    if (status && !isStatus(status))
      throw new ConfigurationError([`--status is one of ${WEBHOOK_STATUSES.join(", ")}.`]);
    const filter: InstallationFilter = {
      shopDomain: values.shop,
      status: status as WebhookEventStatus | undefined,
      topic: values.topic,
      webhookId,
    };
    return { command, filter, limit, all: values.all, yes: values.yes };
  } catch (error) {
    throw error instanceof ConfigurationError ? error : new ConfigurationError([USAGE]);
  }
}

function isStatus(text: string): text is WebhookEventStatus {
  return WEBHOOK_STATUSES.some((status) => status === text);
}

async function status(db: Db, { filter }: Options): Promise<number> {
  const counts = await countInbox(db, filter.shopDomain);
  for (const { shopDomain, status, count, oldestReceivedAt } of counts)
    console.log(
      `${shopDomain}  ${status.padEnd(10)} ${count}, the oldest of ${oldestReceivedAt.toISOString()}`,
    );
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  console.log(`${total} deliveries of ${new Set(counts.map(({ shopDomain }) => shopDomain)).size} shops.`);
  return total || !filter.shopDomain ? 0 : 1;
}

async function list(db: Db, { filter, limit }: Options): Promise<number> {
  const lines = await listInbox(db, filter, limit);
  for (const { receivedAt, shopDomain, status, topic, webhookId, attempts, lastError } of lines)
    console.log(
      `${receivedAt}  ${status.padEnd(10)} ${topic}  ${shopDomain}  ${webhookId}  ${attempts} attempts${lastError ? `: ${oneLine(lastError)}` : ""}`,
    );
  if (!lines.length) console.error("No delivery matches.");
  return lines.length ? 0 : 1;
}

async function show(db: Db, { filter: { webhookId } }: Options): Promise<number> {
  if (!webhookId) throw new ConfigurationError([USAGE]);
  const delivery = await showDelivery(db, webhookId);
  if (!delivery) return notThere(webhookId);
  const { payload, payloadCut, ...facts } = delivery;
  for (const [name, value] of Object.entries(facts))
    if (value !== null) console.log(`${name}: ${oneLine(String(value))}`);
  console.log(`payload (what tells of a person is masked): ${printable(payload)}`);
  if (payloadCut) console.log(`…and ${payloadCut} more characters.`);
  return 0;
}

async function change(db: Db, kind: "replay" | "dismiss", { filter, all, yes }: Options): Promise<number> {
  const { shopDomain: _shop, ...wanted } = filter;
  if (!all && !Object.values(filter).some(Boolean)) throw new ConfigurationError([USAGE]);
  const plan = await previewAll(db, kind, filter);
  const total = plan.reduce((sum, { preview }) => sum + preview.count, 0);
  for (const { shopDomain, preview } of plan) {
    const topics = preview.topics.map(({ topic, count }) => `${topic} ${count}`).join(", ");
    console.log(`${shopDomain}: ${preview.count} (${topics}), the oldest of ${preview.oldestReceivedAt}`);
  }
  if (!total) {
    if (filter.webhookId && !(await showDelivery(db, filter.webhookId))) return notThere(filter.webhookId);
    console.error(`Nothing that matches can be ${PAST[kind]}.`);
    return 1;
  }
  if (!yes) {
    console.log(`${total} would be ${PAST[kind]}. Nothing was changed; run it again with --yes.`);
    return 0;
  }
  const startedAt = performance.now();
  let changed = 0;
  for (const { shopDomain } of plan)
    changed += await changeInbox(db, shopDomain, kind, wanted, `operator ${userInfo().username}`);
  console.log(`${changed} ${PAST[kind]} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);
  return 0;
}

const PAST = { replay: "replayed", dismiss: "dismissed" } as const;

async function registry(db: Db, command: "audit" | "sync", { filter, yes }: Options): Promise<number> {
  const { shopDomain } = filter;
  if (!shopDomain) throw new ConfigurationError([USAGE]);
  const configuration = environment();
  const store = await findStore(db, shopDomain);
  if (store?.status !== "ACTIVE") return notThere(shopDomain);
  const keys = createKeyProvider(configuration.secrets);
  const admin = await offlineAdmin(db, keys, configuration, shopDomain);
  const context = { store, admin, appUrl: configuration.env.appUrl, now: new Date() };
  const before = await auditRegistry(context);
  const left = tellTopics(before);
  if (command === "audit") return left ? 1 : 0;
  const steps = before.topics.flatMap((topic) => topic.steps);
  for (const { operation, topicKey, uri } of steps) console.log(`${operation} ${topicKey} ${uri}`);
  if (!yes) {
    console.log(`${steps.length} changes would be made. Nothing was changed; run it again with --yes.`);
    return 0;
  }
  const { done, failed, ...after } = await syncRegistry(db, context);
  for (const { operation, topicKey, detail } of failed)
    console.error(`${operation} ${topicKey} was refused: ${detail}`);
  console.log(`${done.length} changes made, ${failed.length} refused.`);
  return after.topics.some(isWrong) ? 1 : 0;
}

const LOOKS = 30;
const LOOK_EVERY_MS = 1_000;

/** The whole way: out of this process, in by the public address, into the inbox, and through a worker. */
async function test(db: Db, { filter }: Options): Promise<number> {
  const { shopDomain, topic = TEST_TOPICS[0]! } = filter;
  if (!shopDomain) throw new ConfigurationError([USAGE]);
  if (!isTestTopic(topic)) throw new ConfigurationError([`--topic is one of ${TEST_TOPICS.join(", ")}.`]);
  const { test: target } = webhookDeps();
  if (!(await findStore(db, shopDomain))) return notThere(shopDomain);
  const delivery = { topic, webhookId: target.newWebhookId(), now: await databaseNow(db) };
  console.log(`Signed ${topic} as ${delivery.webhookId}, sending it to ${target.url}`);
  const sent = await sendTest({ ...target, shopDomain }, delivery);
  if (sent.status) console.log(`Answered ${sent.status} after ${sent.durationMs} ms`);
  if (sent.problem !== null) {
    console.error(sent.problem);
    return 1;
  }
  return follow(db, shopDomain, sent.webhookId);
}

/** Until it is at an end, for half a minute at most. */
async function follow(db: Db, shopDomain: string, webhookId: string): Promise<number> {
  let told = "";
  for (let look = 0; look < LOOKS; look++) {
    if (look) await sleep(LOOK_EVERY_MS);
    const progress = await findProgress(db, shopDomain, webhookId);
    if (!progress) continue;
    const { status, attempts, receivedAt, processedAt, lastError } = progress;
    if (!told) console.log(`Stored in the inbox at ${receivedAt}`);
    const why = lastError ? `: ${oneLine(lastError)}` : "";
    const step = `${STATUS_NAMES[status]}, ${attempts} attempts${why}`;
    if (step !== told) console.log(step);
    told = step;
    if (processedAt) {
      console.log(`At its end after ${Math.max(0, Date.parse(processedAt) - Date.parse(receivedAt))} ms.`);
      return 0;
    }
    if (status === "FAILED" || status === "DEAD") {
      console.error(`The handler failed${why || "."}`);
      return 1;
    }
  }
  console.error(told ? NOT_PROCESSED : NOT_STORED);
  return 1;
}

function isTestTopic(topic: string): topic is TestTopic {
  return TEST_TOPICS.some((one) => one === topic);
}

/** @returns how many topics are not as they should be */
function tellTopics({ topics }: RegistryAudit): number {
  for (const { topic, state, subscriptions } of topics) {
    const listed = subscriptions.map(({ uri, verdict }) => `${uri} (${verdict})`).join(", ");
    console.log(`${state.padEnd(10)} ${topic}${listed && `: ${listed}`}`);
  }
  const wrong = topics.filter(isWrong).length;
  console.log(wrong ? `${wrong} topics are not as they should be.` : "Every topic is as it should be.");
  return wrong;
}

function isWrong({ state }: RegistryAudit["topics"][number]): boolean {
  return state !== "declared" && state !== "registered";
}

function notThere(what: string): number {
  console.error(`There is no ${what} here.`);
  return 1;
}

/** An error may have been written by whoever sent the payload: no control character of it reaches the terminal. */
function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ").slice(0, 500);
}

/** The same of JSON: line breaks of its own stay, whatever else is a control character is written as JSON can. */
function printable(json: string): string {
  return json.replace(
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const expected =
      error instanceof ConfigurationError ||
      error instanceof DatabaseUnavailableError ||
      error instanceof AdminApiError ||
      error instanceof KeyServiceError ||
      error instanceof KeyUnavailableError ||
      error instanceof EnvelopeError ||
      error instanceof SessionUnreadableError ||
      error instanceof ReconnectRequiredError;
    console.error(expected ? error.message : error);
    process.exit(2);
  },
);
