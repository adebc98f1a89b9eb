/** replay and dismiss: what they would do, and with --yes they do it. */
import { userInfo } from "node:os";
import { changeInbox, previewAll, showDelivery } from "~/features/webhooks/installation.server";
import { UsageError, type Io } from "~/platform/command.server";
import type { Db } from "~/platform/db/client.server";
import { notFound, type Request, type Subcommand } from "./request";

const DONE = { replay: "replayed", dismiss: "dismissed" } as const;
type Kind = keyof typeof DONE;

export const replay = subcommand("replay");
export const dismiss = subcommand("dismiss");

function subcommand(kind: Kind): Subcommand {
  return (request, _, io) => {
    if (!request.all && !Object.values(request.filter).some(Boolean))
      throw new UsageError(`Say what to ${kind}: a webhook id, a filter, or --all.`);
    return (db) => change(db, kind, request, io);
  };
}

async function change(db: Db, kind: Kind, { filter, yes }: Request, io: Io): Promise<number> {
  const plan = await previewAll(db, kind, filter);
  const total = plan.reduce((sum, { preview }) => sum + preview.count, 0);
  for (const { shopDomain, preview } of plan) {
    const topics = preview.topics.map(({ topic, count }) => `${topic} ${count}`).join(", ");
    io.out(`${shopDomain}: ${preview.count} (${topics}), the oldest of ${preview.oldestReceivedAt}`);
  }
  if (!total) {
    const { webhookId } = filter;
    if (webhookId && !(await showDelivery(db, webhookId))) return notFound(webhookId, io);
    io.err(`Nothing that matches can be ${DONE[kind]}.`);
    return 1;
  }
  if (!yes) {
    io.out(`${total} would be ${DONE[kind]}. Nothing was changed; run it again with --yes.`);
    return 0;
  }
  const { shopDomain: _, ...wanted } = filter;
  const startedAt = performance.now();
  let changed = 0;
  for (const { shopDomain } of plan)
    changed += await changeInbox(db, shopDomain, kind, wanted, `operator ${userInfo().username}`);
  io.out(`${changed} ${DONE[kind]} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);
  return 0;
}
