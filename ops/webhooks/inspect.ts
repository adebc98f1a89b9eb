/** What changes nothing: status, list and show. */
import { countInbox, listInbox, showDelivery } from "~/features/webhooks/installation.server";
import { UsageError } from "~/platform/command.server";
import { oneLine, printable } from "./printable";
import { notFound, type Subcommand } from "./request";

export const status: Subcommand =
  ({ filter: { shopDomain: shop } }, _, io) =>
  async (db) => {
    const counts = await countInbox(db, shop);
    for (const { shopDomain, status, count, oldestReceivedAt } of counts)
      io.out(`${shopDomain}  ${status.padEnd(10)} ${count}, the oldest of ${oldestReceivedAt.toISOString()}`);
    const total = counts.reduce((sum, { count }) => sum + count, 0);
    io.out(`${total} deliveries of ${new Set(counts.map(({ shopDomain }) => shopDomain)).size} shops.`);
    return total || !shop ? 0 : 1;
  };

export const list: Subcommand =
  ({ filter, limit }, _, io) =>
  async (db) => {
    const lines = await listInbox(db, filter, limit);
    for (const { receivedAt, shopDomain, status, topic, webhookId, attempts, lastError } of lines) {
      const why = lastError ? `: ${oneLine(lastError)}` : "";
      io.out(
        `${receivedAt}  ${status.padEnd(10)} ${topic}  ${shopDomain}  ${webhookId}  ${attempts} attempts${why}`,
      );
    }
    if (!lines.length) io.err("No delivery matches.");
    return lines.length ? 0 : 1;
  };

export const show: Subcommand = ({ filter: { webhookId } }, _, io) => {
  if (!webhookId) throw new UsageError("Name the webhook id of the delivery.");
  return async (db) => {
    const delivery = await showDelivery(db, webhookId);
    if (!delivery) return notFound(webhookId, io);
    const { payload, payloadCut, ...facts } = delivery;
    for (const [name, value] of Object.entries(facts))
      if (value !== null) io.out(`${name}: ${oneLine(String(value))}`);
    io.out(`payload (what tells of a person is masked): ${printable(payload)}`);
    if (payloadCut) io.out(`…and ${payloadCut} more characters.`);
    return 0;
  };
};
