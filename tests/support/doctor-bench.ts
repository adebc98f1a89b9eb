/** An installation in good health for `npm run doctor`, on a database and in a folder of its own. */
import { randomBytes } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import { secretPlace } from "~/features/connections/secret-place";
import { expectedTopics } from "~/features/webhooks/registry.server";
import { topicKeyOf } from "~/features/webhooks/webhook-topics";
import { seal } from "~/platform/crypto/envelope.server";
import { localKeyProvider, parseKeyring, type Keyring } from "~/platform/crypto/keyring.server";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import type { Engine } from "~/platform/db/database-url";
import type { Source } from "~/platform/env.server";
import { sealTokens } from "~/platform/shopify/session-storage.server";
import { doctor } from "../../ops/doctor";
import type { Finding } from "../../ops/doctor/finding";
import { thisHost, type Host } from "../../ops/doctor/host";
import { createKeyPair, take, type KeyPair } from "./backups";
import { FolderStore } from "../../ops/backup/folder-store";
import { runMain } from "./commands";
import { createTestDatabase } from "./databases";
import freePort from "./free-port";
import { administer, databaseUrl } from "./postgres";

export const KEY = `k1:${Buffer.alloc(32, 7).toString("base64")}`;
export const SHOP = "healthy.myshopify.com";
const keys = localKeyProvider(parseKeyring(KEY) as Keyring);

/** Long enough ago to be late for anything */
export const LONG_AGO = new Date("2020-01-01T00:00:00Z");

export type Bench = Awaited<ReturnType<typeof createBench>>;
export type Diagnosis = { code: number; findings: Finding[]; printed: string };

export async function createBench(engine: Engine) {
  const database = await createTestDatabase(engine);
  const db = await connectDatabase(database.url, { maxConnections: 2 });
  const folder = mkdtempSync(join(tmpdir(), "backroom-doctor-"));
  for (const path of ["prisma/migrations", "prisma/migrations-sqlite", "shopify.app.toml", "package.json"])
    cpSync(path, join(folder, path), { recursive: true });
  mkdirSync(join(folder, "backups"));
  const server = engine === "postgres" ? await ownRole(database.url) : undefined;
  const pair = await createKeyPair();
  const storeId = await installShop(db);
  if (engine === "sqlite") await takeNow(database.url, pair, join(folder, "backups"));
  const env = { ...(await healthyEnvironment(server?.url ?? database.url)), ...(!server && backedUp(pair)) };
  const host: Host = { ...thisHost, folder, nodeVersion: "22.12.0" };
  return {
    ...{ engine, db, folder, storeId, pair, keys, env, host },
    role: server?.role ?? "",
    name: server?.name ?? "",
    /** Of an administrator of the database */
    owner: database.url,
    run: (changes: Source = {}, on: Partial<Host> = {}) =>
      diagnose({ ...env, ...changes }, { ...host, ...on }),
    sql: (...statements: string[]) =>
      server
        ? administer(database.url, ...statements)
        : Promise.all(statements.map((statement) => db.$executeRawUnsafe(statement))),
    async drop() {
      await db.$disconnect();
      await database.drop();
      if (server) await administer(inject("postgresUrl"), `DROP ROLE ${server.role}`);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function backedUp({ recipient }: KeyPair): Source {
  return { BACKUP_ENVIRONMENT: "test", BACKUP_RECIPIENT: recipient };
}

export async function diagnose(env: Source, host: Host): Promise<Diagnosis> {
  const { code, out, error } = await runMain(doctor(host), ["--json"], env);
  const document = JSON.parse(out.trimEnd().split("\n").at(-1)!) as { findings: Finding[] };
  return { code, findings: document.findings, printed: out + error };
}

async function healthyEnvironment(url: string): Promise<Source> {
  const [, scopes] = /^scopes = "(.*)"$/m.exec(readFileSync("shopify.app.toml", "utf8"))!;
  return {
    ...{ NODE_ENV: "production", DATABASE_URL: url, PORT: String(await freePort()) },
    ...{ SHOPIFY_API_KEY: "0123456789abcdef0123456789abcdef", SHOPIFY_API_SECRET: "shpss_0123456789abcdef" },
    ...{ SHOPIFY_APP_URL: "https://desk.backroom.app", SCOPES: scopes, ENCRYPTION_KEY: KEY },
    ...{ CRON_SECRET: "cron-secret-of-the-tests", METRICS_TOKEN: "metrics-token-of-the-tests" },
  };
}

/** As in production: a role that is not the owner, and may do what the app does. */
async function ownRole(url: string) {
  const role = `doctor_${randomBytes(4).toString("hex")}`;
  const name = new URL(url).pathname.slice(1);
  const own = new URL(databaseUrl(inject("postgresUrl"), name));
  [own.username, own.password] = [role, "password-of-the-role"];
  await administer(
    url,
    `CREATE ROLE ${role} LOGIN CREATEDB PASSWORD 'password-of-the-role'`,
    `GRANT USAGE ON SCHEMA public TO ${role}`,
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}`,
  );
  return { role, name, url: own.href };
}

async function installShop(db: Db): Promise<string> {
  const now = new Date();
  const { id: storeId } = await db.store.create({ data: { shopDomain: SHOP, onboardingFlags: {} } });
  await putSession(db);
  const sealed = await seal(keys, secretPlace(storeId, "GA4"), "a secret of the provider");
  await db.storeSecret.create({
    data: {
      ...{ storeId, provider: "GA4", cipherText: sealed.envelope, keyId: sealed.keyId, lastFour: "ider" },
      ...{ encryptionVersion: sealed.version, fingerprint: sealed.fingerprint },
      rotationReminderAt: new Date(now.getTime() + 90 * 86_400_000),
    },
  });
  await db.retentionRun.create({
    data: { id: "run", startedAt: now, finishedAt: now, outcome: "COMPLETE", policies: [] },
  });
  await db.webhookRegistry.create({
    data: {
      ...{ shopDomain: SHOP, topicKey: topicKeyOf(expectedTopics()[0]!), deliveryMethod: "HTTP" },
      ...{ operation: "REGISTER", callbackUrl: "https://desk.backroom.app/webhooks", recordedAt: now },
    },
  });
  return storeId;
}

export async function putSession(db: Db): Promise<void> {
  const [, scope] = /^scopes = "(.*)"$/m.exec(readFileSync("shopify.app.toml", "utf8"))!;
  const id = `offline_${SHOP}`;
  const tokens = await sealTokens(keys, { id, shop: SHOP, accessToken: "access", refreshToken: "refresh" });
  const later = new Date(Date.now() + 3_600_000);
  const data = { id, shop: SHOP, state: "", scope, ...tokens, expires: later, refreshTokenExpires: later };
  await db.session.upsert({ where: { id }, create: data, update: data });
}

function takeNow(url: string, pair: KeyPair, folder: string) {
  return take(url, pair, new FolderStore(folder), { now: new Date() });
}
