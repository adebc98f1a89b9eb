/** All that the app does with a database, on one as it was found. */
import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { StoreRepository } from "~/features/stores/store.repository.server";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import { queryRows } from "~/platform/db/raw.server";
import type { Source } from "~/platform/env.server";
import { main as backup } from "../../ops/backup";
import { main as restore } from "../../ops/restore";
import { main as verify } from "../../ops/verify";
import { answers, APP_ENVIRONMENT, startApp, type AppProcess } from "./app-process";
import { createFolder, createKeyPair } from "./backups";
import { runMain } from "./commands";
import { applyMigrations } from "./migrations";
import type { Prepared, WildDatabase } from "./wild-databases";
import type { WildServer } from "./wild-server";
import { orderBody } from "./webhook-requests";

/** "works", or what the app said when it refused to start, or the step that failed */
export type Outcome =
  | { outcome: "works"; steps: string[] }
  | { outcome: "refused"; sentence: string }
  | { outcome: "failed"; step: string; why: string };

export async function runWild(
  server: WildServer,
  { prepare, spoil, empty }: WildDatabase,
  { thorough = false } = {},
): Promise<Outcome> {
  const id = `wild_${randomBytes(4).toString("hex")}`;
  const steps: string[] = [];
  let step = "prepare";
  let app: AppProcess | undefined;
  let prepared: Prepared | undefined;
  const begin = (name: string) => {
    step = name;
    steps.push(name);
  };
  try {
    prepared = await prepare(server, id);
    const { env } = prepared;
    if (!empty) {
      begin("migrate");
      await applyMigrations(migrationUrl(prepared));
    }
    await spoil?.(server, id);
    begin("start");
    app = await startApp({ ...env, LOG_LEVEL: "warn" });
    const ended = await Promise.race([
      app.exit.then(() => "ended"),
      answers(app, "/readyz", 200, 60_000).catch(() => "ended"),
    ]);
    if (ended === "ended" && (await settled(app)) !== null)
      return { outcome: "refused", sentence: app.output().trim() };
    const count = thorough ? 200 : 3;
    await withDb(env.DATABASE_URL, async (db) => {
      await new StoreRepository(db).upsertInstalled(SHOP, "", new Date());
      begin("webhook");
      await deliver(app!, count);
      begin("worker");
      await processed(db, count);
      // By Prisma, whose adapter takes what it cannot read for an invalid date, and past it
      const { receivedAt } = await db.webhookEvent.findFirstOrThrow();
      const [raw] = await queryRows<{ at: Date }>(
        db,
        `SELECT max("receivedAt") AS "at" FROM "WebhookEvent"`,
        [],
      );
      for (const at of [receivedAt, raw!.at])
        if (!(Math.abs(at.getTime() - Date.now()) < 600_000))
          throw new Error(`An event arrived at ${String(at)}.`);
    });
    begin("sweep");
    await sweep(app);
    await app.stop();
    await backUpAndRestore(env, begin, thorough);
    return { outcome: "works", steps };
  } catch (error) {
    return { outcome: "failed", step, why: `${(error as Error).message}\n${app?.output() ?? ""}`.trim() };
  } finally {
    await app?.stop("SIGKILL");
    await prepared?.stop?.();
  }
}

/** As prisma.config.ts chooses it. */
function migrationUrl({ env, owner }: Prepared): string {
  const schema = new URL(env.DATABASE_URL.replace("@/", "@x/")).searchParams.get("schema");
  const url = owner ?? env.DIRECT_URL ?? env.DATABASE_URL;
  if (!schema || /[?&]schema=/.test(url)) return url;
  return `${url}${url.includes("?") ? "&" : "?"}schema=${schema}`;
}

async function settled(app: AppProcess): Promise<number | null> {
  await Promise.race([app.exit, sleep(1_000)]);
  return app.process.exitCode;
}

async function withDb<T>(url: string, work: (db: Db) => Promise<T>): Promise<T> {
  const db = await connectDatabase(url, { maxConnections: 1 });
  return work(db).finally(() => db.$disconnect());
}

/** Sent again after a 503, as Shopify does it. */
async function deliver(app: AppProcess, count: number) {
  const deadline = Date.now() + 60_000;
  for (let n = 0; n < count; n++) {
    const body = JSON.stringify({ ...orderBody(n), note: "ü€😀" });
    const id = randomUUID();
    let answer = await post(app, body, id);
    while (answer === 503 && Date.now() < deadline) {
      await sleep(200);
      answer = await post(app, body, id);
    }
    if (answer !== 200) throw new Error(`It answered ${answer}.`);
  }
}

/** One delivery; returns the status. */
export async function post(
  app: AppProcess,
  body = JSON.stringify(orderBody(0)),
  id = randomUUID() as string,
): Promise<number> {
  const headers = headersOf(body, id);
  const response = await fetch(`${app.url}/webhooks`, { method: "POST", body, headers });
  await response.arrayBuffer();
  return response.status;
}

const SHOP = "wild.myshopify.com";

function headersOf(body: string, id: string): Record<string, string> {
  const signature = createHmac("sha256", APP_ENVIRONMENT.SHOPIFY_API_SECRET).update(body).digest("base64");
  return {
    ...{ "Content-Type": "application/json", "X-Shopify-Topic": "orders/create" },
    ...{
      "X-Shopify-Hmac-Sha256": signature,
      "X-Shopify-Shop-Domain": SHOP,
      "X-Shopify-API-Version": "2026-07",
    },
    ...{ "X-Shopify-Webhook-Id": id, "X-Shopify-Triggered-At": new Date().toISOString() },
  };
}

async function processed(db: Db, count: number) {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const rows = await db.webhookEvent.groupBy({ by: ["status"], _count: { _all: true } });
    const done = rows.find(({ status }) => status === "SUCCEEDED")?._count._all ?? 0;
    if (done === count) return;
    if (Date.now() > deadline) throw new Error(`After 30 s: ${JSON.stringify(rows)}`);
    await sleep(50);
  }
}

async function sweep(app: AppProcess) {
  const response = await fetch(`${app.url}/cron/retention`, {
    method: "POST",
    headers: { Authorization: `Bearer ${APP_ENVIRONMENT.CRON_SECRET}` },
  });
  const body = (await response.json()) as { outcome?: string };
  if (response.status !== 200 || body.outcome !== "COMPLETE") throw new Error(JSON.stringify(body));
}

async function backUpAndRestore(
  { DATABASE_URL, DIRECT_URL }: Prepared["env"],
  begin: (step: string) => void,
  thorough: boolean,
) {
  const [keys, folder] = [await createKeyPair(), createFolder()];
  const environment: Source = {
    ...{ DATABASE_URL, DIRECT_URL, BACKUP_ENVIRONMENT: "wild", BACKUP_FOLDER: folder.folder },
    ...{ BACKUP_RECIPIENT: keys.recipient, BACKUP_IDENTITY: keys.identity },
  };
  const must = async (step: string, main: typeof backup, ...args: string[]) => {
    begin(step);
    const { code, error, out } = await runMain(main, args, environment);
    if (code !== 0) throw new Error(`${error}${out}`);
  };
  await must("backup", backup);
  const file = folder.path((await folder.list()).find((entry) => entry.file.endsWith(".age"))!.file);
  if (thorough) await must("verify", verify, file);
  await must("restore", restore, file, "--yes");
}
