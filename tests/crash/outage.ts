/** The database goes away for a while under load and comes back: what everybody is told meanwhile, and what remains of it. */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { mintSessionToken } from "../../dev/local-admin/session-token";
import { installShops } from "../bench/webhooks/doors";
import { APP_ENVIRONMENT } from "../support/app-process";
import freePort from "../support/free-port";
import { RawConnection } from "../support/raw-http";
import { shopDomain, webhookIdOf, webhookRequests } from "../support/webhook-requests";
import type { Cluster } from "./cluster";
import { query } from "./ledger";
import { Supervised } from "./processes";

export type How = "stopped" | "frozen";

export type OutageReport = {
  /** By what was asked */
  asked: Record<string, Asked>;
  /** Deliveries that were told 200 */
  acknowledged: number;
  /** … and are not in the database */
  falselyAcknowledged: string[];
  /** Connections of the app that Postgres knows of, before and after */
  connections: { before: number; after: number; most: number };
  /** Times that the app's process ended */
  restarts: number;
  /** Lines of its log that nobody foresaw */
  surprises: string[];
};

export type Asked = {
  /** Answers by status to what was asked while the database was away; 0 is none within five seconds */
  whileAway: Record<number, number>;
  /** Of these, the answer that took longest, in milliseconds */
  slowest: number;
  /** From the return of the database until the last answer that was not as usual */
  normalAfter: number;
};

type Answer = { n: number; dueAt: number; answeredAt: number; status: number };
type Stream = { name: string; answers: Answer[]; usual: number[]; stop: () => Promise<void> };

const MOST_CONNECTIONS = 10;
const STEADY_MS = 3_000;

export async function outage(
  cluster: Cluster,
  how: How,
  { seconds, afterOutage, rate = 200 }: { seconds: number; afterOutage: number; rate?: number },
): Promise<OutageReport> {
  const databaseUrl = await cluster.create(`outage_${how}`);
  await installShops(databaseUrl);
  await query(databaseUrl, `UPDATE "Store" SET "shopGid" = 'gid://shopify/Shop/' || "id"`);
  const log = join(cluster.folder, `outage_${how}.log`);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const app = Supervised.build(
    {
      DATABASE_URL: databaseUrl,
      PORT: String(port),
      PRISMA_CLIENT_MAX_CONNECTIONS: String(MOST_CONNECTIONS),
    },
    log,
  );
  while ((await fetch(`${url}/readyz`).catch(() => undefined))?.status !== 200) await sleep(50);

  const run = randomBytes(4).toString("hex");
  const page = await pageRequest(url);
  const streams = [
    stream("door", url, rate, webhookRequests({ url, run }), [200]),
    stream("readyz", url, 5, () => get(url, "/readyz"), [200]),
    stream("healthz", url, 5, () => get(url, "/healthz"), [200]),
    stream("cron", url, 2, () => post(url, "/cron/inbox?budgetMs=200"), [200, 409]),
    stream("page", url, 2, () => page, [200]),
  ];
  await sleep(STEADY_MS);
  const connectionsOfApp = async () => {
    const [row] = await query<{ count: string }>(
      databaseUrl,
      `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    return Number(row!.count);
  };
  const before = await connectionsOfApp();

  const bringBack = await cluster.away(how);
  const awayAt = performance.now();
  await sleep(seconds * 1_000);
  const returning = performance.now();
  await bringBack();
  const backAt = performance.now();
  await sleep(afterOutage * 1_000);
  await Promise.all(streams.map(({ stop }) => stop()));

  const door = streams[0]!;
  const acknowledged = door.answers
    .filter(({ status }) => status === 200)
    .map(({ n }) => webhookIdOf(run, n));
  const stored = await query<{ webhookId: string }>(databaseUrl, `SELECT "webhookId" FROM "WebhookEvent"`);
  const known = new Set(stored.map(({ webhookId }) => webhookId));
  const after = await connectionsOfApp();
  await app.close();
  return {
    asked: Object.fromEntries(
      streams.map((one) => [one.name, summary(one, { awayAt, returning, backAt })] as const),
    ),
    acknowledged: acknowledged.length,
    falselyAcknowledged: acknowledged.filter((id) => !known.has(id)),
    connections: { before, after, most: MOST_CONNECTIONS },
    restarts: app.restarts,
    surprises: readFileSync(log, "utf8")
      .split("\n")
      .filter((line) => /unhandled|uncaught|"level":"fatal"|^\s+at |^\w*Error/i.test(line)),
  };
}

function summary(
  { answers, usual }: Stream,
  { awayAt, returning, backAt }: { awayAt: number; returning: number; backAt: number },
): Asked {
  const away = answers.filter(({ dueAt }) => dueAt >= awayAt && dueAt < returning);
  const whileAway: Record<number, number> = {};
  // What is answered as usual after the return was asked in time.
  for (const { status, answeredAt } of away)
    if (answeredAt < returning || !usual.includes(status)) whileAway[status] = (whileAway[status] ?? 0) + 1;
  const unusual = answers.filter(
    ({ dueAt, status, answeredAt }) =>
      dueAt >= awayAt && (!usual.includes(status) || answeredAt - dueAt > 1_000),
  );
  const last = Math.max(backAt, ...unusual.map(({ answeredAt }) => answeredAt));
  return {
    whileAway,
    slowest: Math.max(0, ...away.map(({ dueAt, answeredAt }) => answeredAt - dueAt)),
    normalAfter: last - backAt,
  };
}

/** A request is due every 1/rate s, whatever became of those before. */
function stream(
  name: string,
  url: string,
  rate: number,
  request: (n: number) => Buffer,
  usual: number[],
): Stream {
  const answers: Answer[] = [];
  const idle: RawConnection[] = [];
  const all = new Set<RawConnection>();
  const startAt = performance.now();
  let n = 0;
  let open = 0;
  const timer = setInterval(() => {
    for (; n < ((performance.now() - startAt) * rate) / 1000; n++) {
      const connection = idle.pop() ?? new RawConnection(url, 30_000);
      all.add(connection);
      const one = { n, dueAt: startAt + (n * 1000) / rate };
      open += 1;
      connection.send(request(n), (status) => {
        answers.push({ ...one, status, answeredAt: performance.now() });
        idle.push(connection);
        open -= 1;
      });
    }
  }, 2);
  return {
    ...{ name, answers, usual },
    stop: async () => {
      clearInterval(timer);
      for (let waited = 0; open && waited < 30_000; waited += 50) await sleep(50);
      for (const connection of all) connection.close();
    },
  };
}

function get(url: string, path: string, headers: string[] = []): Buffer {
  return Buffer.from([`GET ${path} HTTP/1.1`, `Host: ${new URL(url).host}`, ...headers, "", ""].join("\r\n"));
}

function post(url: string, path: string): Buffer {
  const authorization = `Authorization: Bearer ${APP_ENVIRONMENT.CRON_SECRET}`;
  return Buffer.from(
    [`POST ${path} HTTP/1.1`, `Host: ${new URL(url).host}`, authorization, "Content-Length: 0", "", ""].join(
      "\r\n",
    ),
  );
}

/** Of a shop that is installed, as its merchant's browser asks for it. */
async function pageRequest(url: string): Promise<Buffer> {
  const shop = shopDomain(0);
  const now = Math.floor(Date.now() / 1000);
  const idToken = await mintSessionToken({
    ...{ apiKey: APP_ENVIRONMENT.SHOPIFY_API_KEY, apiSecret: APP_ENVIRONMENT.SHOPIFY_API_SECRET, shop },
    claims: { exp: now + 600 },
  });
  return get(url, "/app/orders?_data=routes%2Fapp.orders", [
    `Authorization: Bearer ${idToken}`,
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
  ]);
}

/** What must not come of it; the limits are multiplied by `patience`. */
export function violationsOf({ asked, ...report }: OutageReport, patience = 1): string[] {
  const said: string[] = [];
  for (const name of ["door", "readyz", "cron"]) {
    const { whileAway, slowest, normalAfter } = asked[name]!;
    for (const [status, count] of Object.entries(whileAway))
      if (status !== "503") said.push(`${name} answered ${status} ${count} times, where 503 was due.`);
    if (slowest > 1_000 * patience)
      said.push(`${name} took ${Math.round(slowest)} ms to say so; ${patience} s is the limit.`);
    if (normalAfter > 3_000 * patience)
      said.push(`${name} was as usual after ${Math.round(normalAfter)} ms; ${3 * patience} s is the limit.`);
  }
  if (Object.keys(asked.healthz!.whileAway).some((status) => status !== "200"))
    said.push("healthz was not 200.");
  if (report.falselyAcknowledged.length)
    said.push(`${report.falselyAcknowledged.length} deliveries were acknowledged and not stored.`);
  const { after, most } = report.connections;
  if (after > most) said.push(`${after} connections are open, of a pool of ${most}.`);
  if (report.restarts) said.push("The app did not live through it.");
  return [...said, ...report.surprises.slice(0, 5)];
}
