/** The whole way: out of this process, in by the public address, into the inbox, and through a worker. */
import { setTimeout as sleep } from "node:timers/promises";
import { findStore } from "~/features/stores/installed.server";
import { findProgress } from "~/features/webhooks/diagnostics.server";
import { sendTest } from "~/features/webhooks/send-test.server";
import { TEST_TOPICS, type TestTopic } from "~/features/webhooks/test-payloads";
import { createWebhookDeps } from "~/features/webhooks/webhook-deps.server";
import { NOT_PROCESSED, NOT_STORED, STATUS_NAMES } from "~/features/webhooks/webhook-status";
import { UsageError, type Io } from "~/platform/command.server";
import { databaseNow } from "~/platform/db/clock.server";
import type { Db } from "~/platform/db/client.server";
import { readEnvironment } from "~/platform/env.server";
import { oneLine } from "./printable";
import { notFound, shopOf, type Subcommand } from "./request";

const LOOKS = 30;
const LOOK_EVERY_MS = 1_000;

export const test: Subcommand = (request, env, io) => {
  const shopDomain = shopOf(request);
  const topic = request.filter.topic ?? TEST_TOPICS[0]!;
  if (!isTestTopic(topic)) throw new UsageError(`--topic is one of ${TEST_TOPICS.join(", ")}.`);
  const { test: target } = createWebhookDeps(readEnvironment(env));
  return async (db) => {
    if (!(await findStore(db, shopDomain))) return notFound(shopDomain, io);
    const delivery = { topic, webhookId: target.newWebhookId(), now: await databaseNow(db) };
    io.out(`Signed ${topic} as ${delivery.webhookId}, sending it to ${target.url}`);
    const sent = await sendTest({ ...target, shopDomain }, delivery);
    if (sent.status) io.out(`Answered ${sent.status} after ${sent.durationMs} ms`);
    if (sent.problem === null) return follow(db, shopDomain, sent.webhookId, io);
    io.err(sent.problem);
    return 1;
  };
};

/** Until it is at an end, for half a minute at most. */
async function follow(db: Db, shopDomain: string, webhookId: string, io: Io): Promise<number> {
  let printed = "";
  for (let look = 0; look < LOOKS; look++) {
    if (look) await sleep(LOOK_EVERY_MS);
    const progress = await findProgress(db, shopDomain, webhookId);
    if (!progress) continue;
    const { status, attempts, receivedAt, processedAt, lastError } = progress;
    if (!printed) io.out(`Stored in the inbox at ${receivedAt}`);
    const why = lastError ? `: ${oneLine(lastError)}` : "";
    const step = `${STATUS_NAMES[status]}, ${attempts} attempts${why}`;
    if (step !== printed) io.out(step);
    printed = step;
    if (processedAt) {
      io.out(`At its end after ${Math.max(0, Date.parse(processedAt) - Date.parse(receivedAt))} ms.`);
      return 0;
    }
    if (status === "FAILED" || status === "DEAD") {
      io.err(`The handler failed${why || "."}`);
      return 1;
    }
  }
  io.err(printed ? NOT_PROCESSED : NOT_STORED);
  return 1;
}

function isTestTopic(topic: string): topic is TestTopic {
  return TEST_TOPICS.some((one) => one === topic);
}
