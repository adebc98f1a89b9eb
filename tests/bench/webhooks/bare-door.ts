/**
 * The ceilings: what Node, its http server, an HMAC and the driver can do, without a framework and without us. Into the
 * same table with the same indexes, durably. `single`: one INSERT per request. `grouped`: what has come meanwhile goes
 * into one INSERT of many rows.
 */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import pg from "pg";
import { scriptOption } from "~/platform/env.server";
import { isSignedByShopify } from "~/platform/shopify/webhook-signature.server";

const COLUMNS = `"id", "webhookId", "eventId", "topic", "shopDomain", "apiVersion", "payload", "triggeredAt", "receivedAt", "nextAttemptAt", "updatedAt"`;
const MOST_ROWS = 500;
/** Two, so that one is on its way to the disk while the other is filled. */
const MOST_INSERTS = 2;

const SECRET = scriptOption("SHOPIFY_API_SECRET")!;
const pool = new pg.Pool({ connectionString: scriptOption("DATABASE_URL"), max: 10 });
const insert = process.argv[2] === "grouped" ? insertGrouped : insertSingle;

createServer((request, response) => void receive(request, response)).listen(
  Number(scriptOption("PORT")),
  "127.0.0.1",
);

async function receive(request: IncomingMessage, response: ServerResponse) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const header = (name: string) => (request.headers[name] as string | undefined) ?? "";
  if (!isSignedByShopify(body, header("x-shopify-hmac-sha256"), [SECRET]))
    return response.writeHead(401).end();
  const now = new Date().toISOString();
  try {
    await insert([
      ...[
        randomUUID(),
        header("x-shopify-webhook-id"),
        header("x-shopify-event-id"),
        header("x-shopify-topic"),
      ],
      ...[header("x-shopify-shop-domain"), header("x-shopify-api-version"), body.toString()],
      ...[header("x-shopify-triggered-at"), now, now, now],
    ]);
    response.writeHead(200).end();
  } catch {
    response.writeHead(503).end();
  }
}

async function insertSingle(row: string[]) {
  const text = `INSERT INTO "WebhookEvent" (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8::timestamptz AT TIME ZONE 'UTC', $9::timestamptz AT TIME ZONE 'UTC', $10::timestamptz AT TIME ZONE 'UTC', $11::timestamptz AT TIME ZONE 'UTC') ON CONFLICT ("webhookId") DO NOTHING`;
  await pool.query({ name: "single", text, values: row });
}

type Waiting = { row: string[]; resolve: () => void; reject: (error: unknown) => void };
let waiting: Waiting[] = [];
let inserts = 0;

function insertGrouped(row: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    waiting.push({ row, resolve, reject });
    if (waiting.length === 1) setImmediate(() => void flush());
  });
}

async function flush() {
  if (inserts === MOST_INSERTS || !waiting.length) return;
  const group = waiting.slice(0, MOST_ROWS);
  waiting = waiting.slice(MOST_ROWS);
  inserts += 1;
  const columns = group[0]!.row.map((_, column) => group.map(({ row }) => row[column]));
  const text = `INSERT INTO "WebhookEvent" (${COLUMNS}) SELECT a, b, c, d, e, f, g::jsonb, h AT TIME ZONE 'UTC', i AT TIME ZONE 'UTC', j AT TIME ZONE 'UTC', k AT TIME ZONE 'UTC' FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[]) AS t(a, b, c, d, e, f, g, h, i, j, k) ON CONFLICT ("webhookId") DO NOTHING`;
  try {
    await pool.query({ name: "grouped", text, values: columns });
    for (const { resolve } of group) resolve();
  } catch (error) {
    for (const { reject } of group) reject(error);
  }
  inserts -= 1;
  void flush();
}
