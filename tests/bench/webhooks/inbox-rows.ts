import { orderBody, shopDomain, SHOPS } from "../../support/webhook-requests";

type Run = (text: string, values: unknown[]) => Promise<unknown>;

/** Rows as the door leaves them, or as a worker does, made by Postgres itself; a second apart, so that history has a length. */
export async function fillInbox(
  run: Run,
  plan: {
    count: number;
    status: "RECEIVED" | "SUCCEEDED";
    orders?: boolean;
    payload?: object;
    shops?: number;
  },
) {
  const { count, status, orders = false, payload: body = orders ? orderBody(0) : {}, shops = SHOPS } = plan;
  if (!count) return;
  const at = `(now() AT TIME ZONE 'UTC' - ${count} * interval '1 second' + n * interval '1 second')`;
  // Each order is another one, as in a shop; without orders the payload is as small as JSON can be.
  const payload = orders
    ? `jsonb_set(jsonb_set($1::jsonb, '{id}', to_jsonb(6000000000000 + n)), '{admin_graphql_api_id}', to_jsonb('gid://shopify/Order/' || (6000000000000 + n)))`
    : `$1::jsonb`;
  await run(
    `INSERT INTO "WebhookEvent" ("id", "updatedAt", "webhookId", "eventId", "topic", "shopDomain", "apiVersion", "payload",
       "status", "attempts", "nextAttemptAt", "triggeredAt", "receivedAt", "processedAt")
     SELECT 'c' || substr(md5('${status}' || n), 1, 24), ${at}, '${status}-' || md5(n::text), md5('event' || n), 'orders/create',
       replace('${shopDomain(0)}', '0000', lpad((n % ${shops})::text, 4, '0')), '2026-07', ${payload},
       '${status}'::"WebhookEventStatus", ${status === "RECEIVED" ? 0 : 1}, ${status === "RECEIVED" ? at : "NULL"}, ${at}, ${at},
       ${status === "RECEIVED" ? "NULL" : at}
     FROM generate_series(0, ${count - 1}) AS n`,
    [JSON.stringify(body)],
  );
}
