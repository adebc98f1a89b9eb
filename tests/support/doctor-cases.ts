/** For each code of `npm run doctor` a fault that is made for real, and how it is mended. */
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, createServer, type AddressInfo } from "node:net";
import pg from "pg";
import { inject } from "vitest";
import type { Engine } from "~/platform/db/database-url";
import type { Source } from "~/platform/env.server";
import type { Area, Code } from "../../ops/doctor/finding";
import type { Host } from "../../ops/doctor/host";
import { createKeyPair } from "./backups";
import { backedUp, KEY, LONG_AGO, putSession, SHOP, type Bench } from "./doctor-bench";
import { localServer } from "./local-server";
import { administer, databaseUrl } from "./postgres";

/** What is other than in good health; `mend` takes back what does not end with the run. */
type Fault = { env?: Source; host?: Partial<Host>; mend?: () => unknown };
export type Case = {
  area: Area;
  code: Code;
  on?: Engine;
  make: (bench: Bench) => Fault | Promise<Fault>;
};

/** What the database has no part in is tried on one engine. */
const OF_NO_DATABASE: Code[] = [
  ...(["SCOPES_DIFFER", "TIME_ZONES_MISSING", "DEMO_CLOCK", "TOPICS_NOT_DECLARED"] as const),
  ...(["APP_FILE_UNREADABLE", "APP_FILE_URL", "BACKUP_KEY_MISMATCH", "BACKUP_FOLDER_UNWRITABLE"] as const),
  ...(["BACKUP_DISK_LOW", "BACKUP_STORE_UNAVAILABLE", "KEY_SERVICE_UNAVAILABLE"] as const),
];
const of = (area: Area, code: Code, make: Case["make"], on?: Engine): Case => ({
  ...{ area, code, make },
  on: on ?? (area === "configuration" || OF_NO_DATABASE.includes(code) ? "sqlite" : undefined),
});
const other = `k2:${Buffer.alloc(32, 9).toString("base64")}`;
const NOWHERE = "postgresql://desk:pw-of-nowhere@127.0.0.1:1/nothing";
const soon = (days: number) => new Date(Date.now() + days * 86_400_000);
const later = (hours: number) => () => new Date(Date.now() + hours * 3_600_000);

/** Settings of the role, which its next connections begin with */
const setting =
  (assignment: string): Case["make"] =>
  async ({ role, sql }) => {
    await sql(`ALTER ROLE ${role} SET ${assignment}`);
    return { mend: () => sql(`ALTER ROLE ${role} RESET ALL`) };
  };
const statements =
  (make: (bench: Bench) => string, mend: (bench: Bench) => string): Case["make"] =>
  async (bench) => {
    await bench.sql(make(bench));
    return { mend: () => bench.sql(mend(bench)) };
  };
const file =
  (path: string, content: (before: string) => string | Buffer | null): Case["make"] =>
  ({ folder }) => {
    const at = join(folder, path);
    const before = path === ".env" ? null : readFileSync(at, "utf8");
    const after = content(before ?? "");
    if (after === null) rmSync(at);
    else writeFileSync(at, after);
    return { mend: () => (before === null ? rmSync(at) : writeFileSync(at, before)) };
  };
const migrationsOf = ({ engine }: Bench) =>
  engine === "sqlite" ? "prisma/migrations-sqlite" : "prisma/migrations";
const firstMigration = (bench: Bench) =>
  readdirSync(join(bench.folder, migrationsOf(bench)))
    .filter((name) => /^\d/.test(name))
    .sort()[0]!;
/** Programs that say that they are of this version */
const tools = (version: number) => {
  const folder = mkdtempSync(join(tmpdir(), "backroom-tools-"));
  for (const tool of ["pg_dump", "pg_restore", "psql"]) {
    writeFileSync(join(folder, tool), `#!/bin/sh\necho "${tool} (PostgreSQL) ${version}.1"\n`);
    chmodSync(join(folder, tool), 0o755);
  }
  return folder;
};
const restoring = async (
  bench: Bench,
  row: "session" | "secret" | "store" | "run",
  data: object,
): Promise<Fault> => {
  const { db, storeId } = bench;
  const tables = {
    session: [db.session, { id: `offline_${SHOP}` }],
    secret: [db.storeSecret, { storeId_provider: { storeId, provider: "GA4" } }],
    store: [db.store, { id: storeId }],
    run: [db.retentionRun, { id: "run" }],
  } as const;
  const [table, where] = tables[row] as unknown as [
    { findUniqueOrThrow: (q: object) => Promise<object>; update: (q: object) => Promise<object> },
    object,
  ];
  const before = (await table.findUniqueOrThrow({ where })) as Record<string, unknown>;
  await table.update({ where, data });
  const changed = Object.fromEntries(Object.keys(data).map((name) => [name, before[name]]));
  return { mend: () => table.update({ where, data: changed }) };
};
const event =
  (data: object): Case["make"] =>
  async ({ db }) => {
    const common = {
      webhookId: "w",
      topic: "orders/create",
      shopDomain: SHOP,
      payload: {},
      receivedAt: LONG_AGO,
    };
    await db.webhookEvent.create({ data: { ...common, ...data } });
    return { mend: () => db.webhookEvent.deleteMany() };
  };
const request =
  (dueAt: () => Date): Case["make"] =>
  async ({ db }) => {
    const data = { shopDomain: SHOP, topic: "SHOP_REDACT" as const, receivedAt: LONG_AGO, result: {} };
    await db.complianceRequest.create({ data: { ...data, dueAt: dueAt() } });
    return { mend: () => db.complianceRequest.deleteMany() };
  };
const registry =
  (data: object): Case["make"] =>
  async ({ db }) => {
    const common = {
      shopDomain: SHOP,
      topicKey: "SHOP_UPDATE",
      deliveryMethod: "HTTP",
      recordedAt: new Date(),
    };
    await db.webhookRegistry.create({
      data: { ...common, operation: "REGISTER", callbackUrl: "https://desk.backroom.app/webhooks", ...data },
    });
    return { mend: () => db.webhookRegistry.deleteMany({ where: { topicKey: "SHOP_UPDATE" } }) };
  };

/** A pooler that passes everything on but the DateStyle of its clients. Other settings and the traffic after them stay. */
async function forgetfulPooler(url: string) {
  const server = createServer((client) => {
    client.on("error", () => {});
    client.once("data", (startup) => {
      const { hostname, port } = new URL(url);
      const there = connect(Number(port), hostname);
      there.on("error", () => client.destroy());
      there.write(withoutDateStyle(startup));
      there.pipe(client);
      client.pipe(there);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const through = new URL(url);
  through.port = String((server.address() as AddressInfo).port);
  return { url: through.href, close: () => new Promise((resolve) => server.close(resolve)) };
}

/** Of the first message of the protocol: length, version, and pairs of texts that end in a zero. */
function withoutDateStyle(startup: Buffer): Buffer {
  const texts = startup.subarray(8).toString("latin1").split("\0");
  const at = texts.indexOf("DateStyle");
  if (at < 0) return startup;
  texts.splice(at, 2);
  const rest = Buffer.from(texts.join("\0"), "latin1");
  const head = Buffer.from(startup.subarray(0, 8));
  head.writeInt32BE(8 + rest.length);
  return Buffer.concat([head, rest]);
}

export const CASES: Case[] = [
  of("configuration", "ENV_INVALID", () => ({ env: { SCOPES: "", SHOPIFY_API_KEY: "replace-me" } })),
  of(
    "configuration",
    "ENV_FILE_DAMAGED",
    file(".env", () => "DATABASE_URL\n"),
  ),
  of(
    "configuration",
    "ENV_FILE_ENCODING",
    file(".env", () => Buffer.from("\ufeffPORT=1\n", "utf16le")),
  ),
  of(
    "configuration",
    "ENV_FILE_ENCODING",
    file(".env", () => "\ufeffPORT=1\n"),
  ),
  of("configuration", "NOT_PRODUCTION", () => ({ env: { NODE_ENV: "", FLY_APP_NAME: "backroom" } })),
  of("configuration", "APP_URL_LOOPBACK", () => ({ env: { SHOPIFY_APP_URL: "https://127.0.0.1:3000" } })),
  of("configuration", "SECRET_REUSED", ({ env }) => ({ env: { METRICS_TOKEN: env.CRON_SECRET } })),
  of("configuration", "SECRET_REUSED", ({ env }) => ({
    env: { SHOPIFY_API_SECRET_PREVIOUS: env.SHOPIFY_API_SECRET },
  })),
  of("configuration", "CRON_SECRET_UNSET", () => ({ env: { CRON_SECRET: "" } })),
  of("configuration", "METRICS_TOKEN_UNSET", () => ({ env: { METRICS_TOKEN: "" } })),
  of("configuration", "NODE_UNSUPPORTED", () => ({ host: { nodeVersion: "22.11.0" } })),
  of("configuration", "NODE_UNSUPPORTED", () => ({ host: { nodeVersion: "21.7.3" } })),
  of("configuration", "NODE_OLD", () => ({ host: { nodeVersion: "20.19.0" } })),
  of("configuration", "TLS_WEAKENED", () => ({ env: { NODE_TLS_REJECT_UNAUTHORIZED: "0" } })),
  of("configuration", "TLS_WEAKENED", () => ({ env: { NODE_OPTIONS: "--tls-min-v1.0" } })),
  of("configuration", "FILES_LIMIT_LOW", () => ({ host: { openFiles: async () => 256 } })),
  of("configuration", "TEMP_FOLDER_UNUSABLE", () => ({ env: { TMPDIR: "/there/is/none" } })),
  of("configuration", "PORT_PRIVILEGED", () => ({
    env: { PORT: "80" },
    host: { uid: 1000, freePorts: () => 1024 },
  })),
  of("configuration", "PORT_TAKEN", async () => {
    const server = await localServer((_, response) => response.end("hello"));
    return { env: { PORT: String(server.port) }, mend: () => server.close() };
  }),

  of(
    "database",
    "DATABASE_UNAVAILABLE",
    () => ({ env: { DATABASE_URL: "file:/there/is/none.sqlite" } }),
    "sqlite",
  ),
  of("database", "DATABASE_UNAVAILABLE", () => ({ env: { DATABASE_URL: NOWHERE } }), "postgres"),
  of("database", "READ_ONLY", setting("default_transaction_read_only = on"), "postgres"),
  of(
    "database",
    "DATE_STYLE",
    async ({ env, role, sql }) => {
      await sql(`ALTER ROLE ${role} SET DateStyle = 'German'`);
      const pooler = await forgetfulPooler(env.DATABASE_URL!);
      return {
        env: { DATABASE_URL: pooler.url },
        mend: () => Promise.all([pooler.close(), sql(`ALTER ROLE ${role} RESET ALL`)]),
      };
    },
    "postgres",
  ),
  of(
    "database",
    "ADDRESS_AMBIGUOUS",
    ({ env }) => {
      const url = new URL(env.DATABASE_URL!);
      const { port } = url;
      url.port = "1";
      return { env: { DATABASE_URL: `${url.href}?port=${port}` } };
    },
    "postgres",
  ),
  of(
    "database",
    "ADDRESS_AMBIGUOUS",
    ({ env }) => ({
      env: {
        DATABASE_URL: `${env.DATABASE_URL!.replace("127.0.0.1", "db.test").replace("localhost", "db.test")}?host=127.0.0.1`,
      },
    }),
    "postgres",
  ),
  of(
    "database",
    "ENCODING",
    async ({ name, owner }) => {
      const latin = `${name}_latin`;
      await administer(
        owner,
        `CREATE DATABASE ${latin} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`,
      );
      return {
        env: { DATABASE_URL: databaseUrl(inject("postgresUrl"), latin) },
        mend: () => administer(owner, `DROP DATABASE ${latin} WITH (FORCE)`),
      };
    },
    "postgres",
  ),
  of("database", "ISOLATION", setting("default_transaction_isolation = 'serializable'"), "postgres"),
  of(
    "database",
    "PRIVILEGES",
    statements(
      ({ role }) => `REVOKE INSERT ON "Ticket" FROM ${role}`,
      ({ role }) => `GRANT INSERT ON "Ticket" TO ${role}`,
    ),
    "postgres",
  ),
  of(
    "database",
    "ROW_SECURITY",
    statements(
      () => `ALTER TABLE "Ticket" ENABLE ROW LEVEL SECURITY`,
      () => `ALTER TABLE "Ticket" DISABLE ROW LEVEL SECURITY`,
    ),
    "postgres",
  ),
  of(
    "database",
    "SCHEMA_ELSEWHERE",
    ({ env }) => ({ env: { DATABASE_URL: `${env.DATABASE_URL}?schema=elsewhere` } }),
    "postgres",
  ),
  of("database", "DURABILITY", setting("synchronous_commit = off"), "postgres"),
  of("database", "TIMEOUT", setting("statement_timeout = '9s'"), "postgres"),
  of(
    "database",
    "TLS_NOT_VERIFIED",
    ({ env }) => ({ env: { DATABASE_URL: `${env.DATABASE_URL}?sslmode=no-verify` } }),
    "postgres",
  ),
  of("database", "DIRECT_URL_UNUSED", () => ({ env: { DIRECT_URL: NOWHERE } }), "sqlite"),
  of("database", "DIRECT_URL_UNAVAILABLE", () => ({ env: { DIRECT_URL: NOWHERE } }), "postgres"),
  of("database", "DIRECT_URL_ELSEWHERE", () => ({ env: { DIRECT_URL: inject("postgresUrl") } }), "postgres"),
  of("database", "SHADOW_IS_DATABASE", ({ owner }) => ({ env: { SHADOW_DATABASE_URL: owner } }), "postgres"),
  of("database", "SHADOW_UNAVAILABLE", () => ({ env: { SHADOW_DATABASE_URL: NOWHERE } }), "postgres"),
  of(
    "database",
    "SQLITE_UNWRITABLE",
    () => ({ host: { mayWrite: async (path) => !path.endsWith(".sqlite") } }),
    "sqlite",
  ),
  of("database", "DISK_LOW", () => ({ host: { freeBytes: async () => 10 * 2 ** 20 } }), "sqlite"),

  of(
    "schema",
    "MIGRATIONS_PENDING",
    ({ folder }) => {
      const at = join(folder, "prisma/migrations/29990101000000_later");
      mkdirSync(at);
      return { mend: () => rmSync(at, { recursive: true }) };
    },
    "postgres",
  ),
  of(
    "schema",
    "MIGRATIONS_PENDING",
    statements(
      () => `ALTER TABLE "Ticket" DROP COLUMN "assignee"`,
      () => `ALTER TABLE "Ticket" ADD COLUMN "assignee" TEXT`,
    ),
    "sqlite",
  ),
  of("schema", "MIGRATION_FAILED", async (bench) => {
    const where = `WHERE "migration_name" = '${firstMigration(bench)}'`;
    await bench.sql(`UPDATE "_prisma_migrations" SET "finished_at" = NULL ${where}`);
    return { mend: () => bench.sql(`UPDATE "_prisma_migrations" SET "finished_at" = "started_at" ${where}`) };
  }),
  of(
    "schema",
    "MIGRATIONS_AHEAD",
    statements(
      () =>
        `INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name") VALUES ('x', '', '29990101000000_later')`,
      () => `DELETE FROM "_prisma_migrations" WHERE "id" = 'x'`,
    ),
  ),
  of("schema", "MIGRATION_CHANGED", (bench) =>
    file(
      `${migrationsOf(bench)}/${firstMigration(bench)}/migration.sql`,
      (text) => `${text}-- more\n`,
    )(bench),
  ),
  of("schema", "MIGRATION_LINE_ENDS", (bench) =>
    file(`${migrationsOf(bench)}/${firstMigration(bench)}/migration.sql`, (text) =>
      text.replaceAll("\n", "\r\n"),
    )(bench),
  ),
  of(
    "schema",
    "SCHEMA_DRIFT",
    statements(
      () => `ALTER TABLE "Ticket" DROP COLUMN "assignee"`,
      () => `ALTER TABLE "Ticket" ADD COLUMN "assignee" TEXT`,
    ),
    "postgres",
  ),
  of(
    "schema",
    "INDEX_INVALID",
    async ({ sql }) => {
      // Two rows of the same state, so that the building fails, and leaves the index.
      await sql(
        `INSERT INTO "JobLease" ("id", "updatedAt", "name", "runId", "expiresAt") VALUES ('1', now(), 'a', 'r', now()), ('2', now(), 'b', 'r', now())`,
      );
      await sql(`CREATE UNIQUE INDEX CONCURRENTLY "broken" ON "JobLease" ("runId")`).catch(() => undefined);
      return { mend: () => sql(`DROP INDEX "broken"`, `DELETE FROM "JobLease"`) };
    },
    "postgres",
  ),

  of("pool", "POOL_OVER_LIMIT", () => ({ env: { PRISMA_CLIENT_MAX_CONNECTIONS: "1000" } }), "postgres"),
  of(
    "pool",
    "POOL_OVER_LIMIT",
    statements(
      ({ role }) => `ALTER ROLE ${role} CONNECTION LIMIT 12`,
      ({ role }) => `ALTER ROLE ${role} CONNECTION LIMIT -1`,
    ),
    "postgres",
  ),
  of(
    "pool",
    "CONNECTIONS_NEARLY_USED",
    async ({ role, sql, env }) => {
      const client = new pg.Client({ connectionString: env.DATABASE_URL });
      await client.connect();
      await sql(`ALTER ROLE ${role} CONNECTION LIMIT 2`);
      return {
        env: { PRISMA_CLIENT_MAX_CONNECTIONS: "1" },
        mend: () => Promise.all([client.end(), sql(`ALTER ROLE ${role} CONNECTION LIMIT -1`)]),
      };
    },
    "postgres",
  ),

  of("keys", "KEY_MISSING", () => ({ env: { ENCRYPTION_KEY: other } })),
  of("keys", "SECRET_UNREADABLE", () => ({ env: { ENCRYPTION_KEY: other.replace("k2", "k1") } })),
  of("keys", "SECRET_UNREADABLE", (bench) => restoring(bench, "secret", { cipherText: "in the clear" })),
  of("keys", "SECRET_UNREADABLE", (bench) => restoring(bench, "store", { accessToken: "in the clear" })),
  of("keys", "REWRAP_DUE", () => ({ env: { ENCRYPTION_KEY: `${other},${KEY}` } })),
  of("keys", "KEY_IDLE", () => ({ env: { ENCRYPTION_KEY: `${KEY},${other}` } })),
  of("keys", "KEY_SERVICE_UNAVAILABLE", () => ({
    env: {
      ...{ NODE_ENV: "development", KMS_ENDPOINT: "http://127.0.0.1:1" },
      KMS_KEY_ID: "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    },
  })),

  of("sessions", "SESSION_UNREADABLE", (bench) => restoring(bench, "session", { refreshToken: "clear" })),
  of("sessions", "SESSION_MISSING", async ({ db }) => {
    await db.session.deleteMany();
    return { mend: () => putSession(db) };
  }),
  of("sessions", "SESSION_ENDED", (bench) =>
    restoring(bench, "session", { expires: LONG_AGO, refreshTokenExpires: LONG_AGO }),
  ),
  of("sessions", "SESSION_ENDED", (bench) =>
    restoring(bench, "session", { expires: LONG_AGO, refreshToken: null }),
  ),

  of("scopes", "SCOPES_DIFFER", ({ env }) => ({ env: { SCOPES: `${env.SCOPES},write_orders` } })),
  of("scopes", "SCOPES_NOT_GRANTED", (bench) => restoring(bench, "session", { scope: "read_orders" })),

  of(
    "webhooks",
    "TOPICS_NOT_DECLARED",
    file("shopify.app.toml", (text) => text.replace('"orders/create",', "")),
  ),
  of(
    "webhooks",
    "APP_FILE_UNREADABLE",
    file("shopify.app.toml", () => null),
  ),
  of(
    "webhooks",
    "APP_FILE_URL",
    file("shopify.app.toml", (text) => text.replace("backroom.example.com", "old.backroom.app")),
  ),
  of("webhooks", "CALLBACK_ELSEWHERE", registry({ callbackUrl: "https://tunnel.test/webhooks" })),
  of("webhooks", "HANDSHAKE_FAILED", registry({ handshakeResult: "FAILURE", handshakeDetail: "no" })),
  of("webhooks", "INBOX_WAITING", event({ status: "RECEIVED", nextAttemptAt: LONG_AGO })),
  of("webhooks", "INBOX_WAITING", event({ status: "PROCESSING", nextAttemptAt: LONG_AGO, leaseToken: "x" })),
  of("webhooks", "INBOX_DEAD", event({ status: "DEAD", attempts: 8 })),
  of(
    "webhooks",
    "COMPLIANCE_OVERDUE",
    request(() => LONG_AGO),
  ),
  of(
    "webhooks",
    "COMPLIANCE_DUE_SOON",
    request(() => soon(3)),
  ),

  of("clock", "CLOCK_OFF", () => ({ host: { now: () => new Date(Date.now() + 60_000) } })),
  of("clock", "CLOCK_OFF", () => ({ host: { now: () => new Date(Date.now() - 60_000) } })),
  of("clock", "TIME_ZONES_MISSING", () => ({ host: { knowsZone: (zone) => zone === "UTC" } })),
  of("clock", "STORE_ZONE_UNKNOWN", (bench) => restoring(bench, "store", { ianaTimezone: "Mars/Olympus" })),
  of("clock", "DEMO_CLOCK", () => ({ env: { NODE_ENV: "development", DEMO_NOW: new Date().toISOString() } })),

  of(
    "backups",
    "BACKUPS_NOT_SET_UP",
    () => ({ env: { BACKUP_ENVIRONMENT: "", BACKUP_RECIPIENT: "" } }),
    "sqlite",
  ),
  of("backups", "BACKUP_ENV_INVALID", () => ({ env: { BACKUP_ENVIRONMENT: "test", BACKUP_RECIPIENT: "" } })),
  of("backups", "BACKUP_ENV_INVALID", () => ({ env: { BACKUP_ENVIRONMENT: "" } }), "sqlite"),
  of("backups", "BACKUP_KEY_MISMATCH", async ({ pair }) => {
    const { identity } = await createKeyPair();
    return { env: { ...backedUp(pair), BACKUP_IDENTITY: identity } };
  }),
  of("backups", "BACKUP_FOLDER_UNWRITABLE", ({ pair }) => ({
    env: backedUp(pair),
    host: { mayWrite: async (path) => !path.endsWith("backups") },
  })),
  of("backups", "BACKUP_DISK_LOW", ({ pair }) => ({
    env: backedUp(pair),
    host: { freeBytes: async () => 0 },
  })),
  of("backups", "BACKUP_STORE_UNAVAILABLE", ({ pair }) => ({
    env: {
      ...{ ...backedUp(pair), BACKUP_S3_BUCKET: "backups", BACKUP_S3_REGION: "eu-west-1" },
      BACKUP_S3_ENDPOINT: "http://127.0.0.1:1",
    },
  })),
  of("backups", "BACKUP_MISSING", () => ({ env: { BACKUP_FOLDER: "elsewhere" } }), "sqlite"),
  of("backups", "BACKUP_OLD", () => ({ host: { now: later(31) } }), "sqlite"),
  of(
    "backups",
    "BACKUP_UNFINISHED",
    ({ folder }) => {
      const [manifest] = readdirSync(join(folder, "backups")).filter((name) => name.endsWith(".json"));
      const away = mkdtempSync(join(tmpdir(), "backroom-away-"));
      cpSync(join(folder, "backups", manifest!), join(away, manifest!));
      rmSync(join(folder, "backups", manifest!));
      return {
        host: { now: later(3) },
        mend: () => cpSync(join(away, manifest!), join(folder, "backups", manifest!)),
      };
    },
    "sqlite",
  ),
  of("backups", "BACKUP_TOOL", ({ pair }) => ({ env: { ...backedUp(pair), PATH: tools(9) } }), "postgres"),
  of(
    "backups",
    "BACKUP_TOOL",
    ({ pair }) => ({ env: { ...backedUp(pair), PATH: "/there/is/none" } }),
    "postgres",
  ),
  of(
    "backups",
    "VERIFY_NOT_ALLOWED",
    async ({ role, sql, pair }) => {
      await sql(`ALTER ROLE ${role} NOCREATEDB`);
      return { env: { ...backedUp(pair), PATH: tools(99) }, mend: () => sql(`ALTER ROLE ${role} CREATEDB`) };
    },
    "postgres",
  ),

  of("schedules", "SWEEP_OVERDUE", (bench) => restoring(bench, "run", { startedAt: LONG_AGO })),
  of("schedules", "SWEEP_FAILED", (bench) => restoring(bench, "run", { outcome: "FAILED" })),
  of("schedules", "SWEEP_INCOMPLETE", (bench) =>
    restoring(bench, "run", { outcome: "INCOMPLETE", backlog: 3 }),
  ),
  of("schedules", "REFRESH_OVERDUE", (bench) => restoring(bench, "secret", { nextTestAt: LONG_AGO })),
  of("schedules", "ROTATION_DUE", (bench) => restoring(bench, "secret", { rotationReminderAt: LONG_AGO })),

  of("schema", "NOT_CHECKED", () => ({ env: { DATABASE_URL: "mysql://db/desk" } })),
  of(
    "sessions",
    "CHECK_TIMED_OUT",
    async ({ owner }) => {
      const client = new pg.Client({ connectionString: owner });
      await client.connect();
      await client.query(`BEGIN; LOCK TABLE "Session" IN ACCESS EXCLUSIVE MODE`);
      return { host: { limits: { area: 400, all: 60_000 } }, mend: () => client.end() };
    },
    "postgres",
  ),
  of(
    "sessions",
    "CHECK_FAILED",
    statements(
      ({ role }) => `REVOKE SELECT ON "Session" FROM ${role}`,
      ({ role }) => `GRANT SELECT ON "Session" TO ${role}`,
    ),
    "postgres",
  ),
];
