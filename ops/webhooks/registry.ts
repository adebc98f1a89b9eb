/** audit and sync: what Shopify has against what it should have, with the shop's stored token. */
import { findStore } from "~/features/stores/installed.server";
import { auditRegistry, syncRegistry, type RegistryAudit } from "~/features/webhooks/registry.server";
import type { Io } from "~/platform/command.server";
import { createKeyProvider } from "~/platform/crypto/keys.server";
import type { Db } from "~/platform/db/client.server";
import { readEnvironment } from "~/platform/env.server";
import { offlineAdmin } from "~/platform/shopify/offline-admin.server";
import { notFound, shopOf, type Subcommand } from "./request";

type Configuration = ReturnType<typeof readEnvironment>;

export const audit: Subcommand = (request, env, io) => {
  const [shop, configuration] = [shopOf(request), readEnvironment(env)];
  return async (db) => {
    const context = await findContext(db, configuration, shop);
    if (!context) return notFound(shop, io);
    return printTopics(await auditRegistry(context), io) ? 1 : 0;
  };
};

export const sync: Subcommand = (request, env, io) => {
  const [shop, configuration] = [shopOf(request), readEnvironment(env)];
  return async (db) => {
    const context = await findContext(db, configuration, shop);
    if (!context) return notFound(shop, io);
    const before = await auditRegistry(context);
    printTopics(before, io);
    const steps = before.topics.flatMap((topic) => topic.steps);
    for (const { operation, topicKey, uri } of steps) io.out(`${operation} ${topicKey} ${uri}`);
    if (!request.yes) {
      io.out(`${steps.length} changes would be made. Nothing was changed; run it again with --yes.`);
      return 0;
    }
    const { done, failed, ...after } = await syncRegistry(db, context);
    for (const { operation, topicKey, detail } of failed)
      io.err(`${operation} ${topicKey} was refused: ${detail}`);
    io.out(`${done.length} changes made, ${failed.length} refused.`);
    return after.topics.some(isWrong) ? 1 : 0;
  };
};

/** Null when the shop is not installed. */
async function findContext(db: Db, configuration: Configuration, shop: string) {
  const store = await findStore(db, shop);
  if (store?.status !== "ACTIVE") return null;
  const keys = createKeyProvider(configuration.secrets);
  const admin = await offlineAdmin(db, keys, configuration, shop);
  return { store, admin, appUrl: configuration.env.appUrl, now: new Date() };
}

/** @returns how many topics are not as they should be */
function printTopics({ topics }: RegistryAudit, { out }: Io): number {
  for (const { topic, state, subscriptions } of topics) {
    const listed = subscriptions.map(({ uri, verdict }) => `${uri} (${verdict})`).join(", ");
    out(`${state.padEnd(10)} ${topic}${listed && `: ${listed}`}`);
  }
  const wrong = topics.filter(isWrong).length;
  out(wrong ? `${wrong} topics are not as they should be.` : "Every topic is as it should be.");
  return wrong;
}

function isWrong({ state }: RegistryAudit["topics"][number]): boolean {
  return state !== "declared" && state !== "registered";
}
