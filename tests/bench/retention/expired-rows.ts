/** Rows for a sweep to delete, made by Postgres itself. */
import pg from "pg";

/** Of about 600 bytes, as most webhooks are once they are stored. */
const PAYLOAD = JSON.stringify({ id: 6_000_000_000_000, note: "x".repeat(540) });

type Plan = { expired: number; live: number };

/** `expired` webhooks that were processed over 14 days ago, a tenth of a second apart, beside `live` ones of the last days. */
export async function fillWebhooks(databaseUrl: string, { expired, live }: Plan) {
  await withClient(databaseUrl, async (client) => {
    const insert = (prefix: string, count: number, at: string) =>
      client.query(
        `INSERT INTO "WebhookEvent" ("id", "updatedAt", "webhookId", "eventId", "topic", "shopDomain", "apiVersion", "payload",
           "status", "attempts", "triggeredAt", "receivedAt", "processedAt")
         SELECT 'c' || substr(md5('${prefix}' || n), 1, 24), ${at}, '${prefix}-' || md5(n::text), md5('event' || n),
           'orders/create', 'bench-' || n % 1000 || '.myshopify.com', '2026-07', $1::jsonb, 'SUCCEEDED', 1, ${at}, ${at}, ${at}
         FROM generate_series(0, $2::int - 1) AS n`,
        [PAYLOAD, count],
      );
    const now = `(now() AT TIME ZONE 'UTC')`;
    await insert("old", expired, `${now} - interval '15 days' - n * interval '100 milliseconds'`);
    await insert("new", live, `${now} - n * interval '1 second'`);
    await settle(client, "WebhookEvent");
  });
}

/** `count` connection tests of the last two years over 5,000 series (store, provider, outcome). */
export async function fillConnectionEvents(databaseUrl: string, count: number) {
  await withClient(databaseUrl, async (client) => {
    await client.query(
      `INSERT INTO "Store" ("id", "updatedAt", "shopDomain", "onboardingFlags", "name", "currency", "ianaTimezone")
       SELECT 'store-' || n, now(), 'bench-' || n || '.myshopify.com', '{}', '', 'USD', 'UTC' FROM generate_series(0, 624) AS n`,
    );
    await client.query(
      `INSERT INTO "ConnectionEvent" ("id", "createdAt", "updatedAt", "storeId", "provider", "outcome", "latencyMs")
       SELECT 'c' || substr(md5(n::text), 1, 24), at, at, 'store-' || n % 625,
         (ARRAY['GA4', 'GSC', 'BING', 'MCP'])[1 + n / 625 % 4]::"Provider",
         (ARRAY['SUCCESS', 'FAILURE'])[1 + n / 2500 % 2]::"ConnectionOutcome", 100
       FROM (SELECT n, now() AT TIME ZONE 'UTC' - interval '40 days' - n * interval '60 seconds' AS at
             FROM generate_series(0, $1::int - 1) AS n) AS rows`,
      [count],
    );
    await settle(client, "ConnectionEvent");
  });
}

async function settle(client: pg.Client, table: string) {
  await client.query(`VACUUM (ANALYZE) "${table}"`);
  await client.query("CHECKPOINT");
}

export async function withClient<T>(
  databaseUrl: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
