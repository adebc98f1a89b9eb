/**
 * The runbook's commands and statements, as they are written there. What is run elsewhere is named here with the file that
 * runs it; nothing else may be in the runbook.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import type { Source } from "~/platform/env.server";
import { main as cron } from "../../ops/cron";
import { SHOP } from "../dev/support/catalogue";
import { APP_ENVIRONMENT } from "../support/app-process";
import { storeDelivery } from "../support/attempts";
import { createKeyPair } from "../support/backups";
import { customerRedact } from "../support/customer-payloads";
import { runMain, runScript, type Ended } from "../support/commands";
import { CONNECTED_APP, connectShop, startReceiver } from "../support/connected-shop";
import { createTestDatabase, type TestDatabase } from "../support/databases";
import { localServer } from "../support/local-server";
import { S3_CREDENTIALS, startS3 } from "../support/s3";
import { insertTenant, TEST_KEYS, type Tenant } from "../support/tenant-rows";

const RUNBOOK = readFileSync("ops/RUNBOOK.md", "utf8");
const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };

/** What is set as code: indented lines, and what stands between back-ticks. */
const INDENTED = [...RUNBOOK.matchAll(/^ {4,}(\S.*)$/gm)].map(([, line]) => line!);
const SNIPPETS = [
  ...INDENTED,
  ...[...RUNBOOK.replace(/^ {4,}.*$/gm, "").matchAll(/`([^`]+)`/g)].map(([, snippet]) => snippet!),
].map((snippet) => snippet.replace(/\s+/g, " "));

const COMMANDS = [
  ...new Set(SNIPPETS.flatMap((snippet) => snippet.match(/\b(npm (run|start)|npx) ?[^&|]*/g) ?? [])),
].map((command) => command.trim());
const STATEMENTS = SNIPPETS.filter((snippet) =>
  /^(SELECT|UPDATE|INSERT|DELETE|ALTER|CREATE|DROP)\s.*;$/.test(snippet),
);

/** On a database with a shop in it, and a delivery that is DEAD. */
const RUN_HERE = [
  "npm run webhooks -- status",
  "npm run webhooks -- list --status DEAD",
  "npm run webhooks -- show <webhook id>",
  "npm run webhooks -- replay --status DEAD",
  "npm run webhooks -- replay --status DEAD --yes",
  "npm run webhooks -- replay <webhook id> --yes",
  "npm run webhooks -- dismiss <webhook id> --yes",
  "npm run retention -- --dry-run",
  "npm run retention",
  "npm run retention -- --budget-ms 60000",
  "npm run inbox -- --dry-run",
  "npm run inbox",
  "npm run refresh -- --dry-run",
  "npm run refresh",
  "npm run secrets:rewrap -- --dry-run",
  "npm run secrets:rewrap",
];
/** On a shop that Shopify knows */
const WITH_SHOPIFY = [
  "npm run webhooks -- audit --shop example.myshopify.com",
  "npm run webhooks -- sync --shop example.myshopify.com --yes",
  "npm run webhooks -- test --shop example.myshopify.com",
];
/** One after the other, with a folder and a bucket */
const BACKUPS = [
  "npm run backup",
  "npm run backup:verify",
  "npm run restore -- backups/<file>.age",
  "npm run restore -- s3://<bucket>/<prefix>/<file>.age --yes",
  "npm run restore -- …",
];
/** They take minutes, or a project that can be broken. */
const RUN_ELSEWHERE: Record<string, string> = {
  "npm run prisma:resolve -- --rolled-back <migration>": "tests/prisma/life-cycle-postgres.test.ts",
  "npm run -s libpq -- psql": "tests/debian/libpq.test.ts",
  "npm run database:empty": "tests/debian/backup-databases.test.ts",
  "npm run database:empty -- --yes": "tests/debian/backup-databases.test.ts",
  "npm run doctor": "tests/ops/doctor.test.ts",
  "npm run doctor -- --json": "tests/ops/doctor.test.ts",
  "npm run prisma:migrate": "tests/prisma/life-cycle-postgres.test.ts",
  "npm start": "tests/support/app-process.ts",
  "npm run crash": "tests/debian/crash.test.ts",
  "npm run crash -- --only outage": "tests/debian/crash.test.ts",
  "npm run build": ".ci/run",
  "npm run bench -- --only migrations": ".ci/run",
  "npm run bench -- --only backup": ".ci/run",
  "npm run bench -- --only databases": "tests/debian/databases.test.ts",
  "npm run test:pgbouncer": ".ci/run",
};
/** Run by tests/debian/cron-callers.test.ts, which takes it out of the runbook */
const WITH_CURL = /^printf .*\/cron\/\w+$/;
const CRON = "node ops/run.mjs ops/cron retention";

/** In this process, with what an operator puts in the place of <…> */
function run(command: string, places: Record<string, string>, environment: Source): Promise<Ended> {
  const words = command.replace(/^npm run /, "");
  const filled = Object.entries(places).reduce((text, [place, value]) => text.replace(place, value), words);
  if (/[<…]/.test(filled)) throw new Error(`Say what stands for a place of "${command}".`);
  const [script = "", , ...args] = filled.split(" ");
  return runScript(script, args, environment);
}

const printedBy = ({ out, error }: Ended) => `${out}${error}`;

describe("the runbook's commands", () => {
  it("are those that are run, here or by the file that is named", () => {
    const run = [...RUN_HERE, ...WITH_SHOPIFY, ...BACKUPS, ...Object.keys(RUN_ELSEWHERE)];
    expect([...COMMANDS].sort()).toEqual(run.sort());
    const others = INDENTED.filter((line) => !/^npm run /.test(line) && !STATEMENTS.includes(line));
    expect(others).toEqual([expect.stringMatching(WITH_CURL), CRON]);
  });

  it.each(Object.entries(RUN_ELSEWHERE))(
    "%s is a command of package.json with the options that it names, and %s is there to run it",
    async (command, file) => {
      expect(existsSync(file)).toBe(true);
      const script = /^npm (?:run )?(?:-s )?([\w:]+)/.exec(command)![1]!;
      expect(scripts).toHaveProperty([script]);
      const options = command.match(/--[a-z][a-z-]+/g) ?? [];
      if (options.length === 0) return;
      const { out } = await runScript(script, ["--help"], {});
      expect(options.filter((option) => !out.includes(option))).toEqual([]);
    },
  );

  describe("on a database with a shop", () => {
    let database: TestDatabase;
    let db: Db;
    let tenant: Tenant;
    beforeAll(async () => {
      database = await createTestDatabase("sqlite");
      db = await connectDatabase(database.url);
      tenant = await insertTenant(db, "example");
    });
    afterAll(async () => {
      await db?.$disconnect();
      await database?.drop();
    });
    beforeEach(() =>
      db.webhookEvent.updateMany({ where: { webhookId: tenant.deadWebhook }, data: { status: "DEAD" } }),
    );

    it.each(RUN_HERE)("%s", async (command) => {
      const nowhere = "http://127.0.0.1:9";
      const ended = await run(
        command,
        { "<webhook id>": tenant.deadWebhook },
        {
          ...{ ...APP_ENVIRONMENT, DATABASE_URL: database.url, GOOGLE_TOKEN_URL: nowhere },
          ...{ GA4_BASE_URL: nowhere, GSC_BASE_URL: nowhere, BING_BASE_URL: nowhere },
        },
      );
      expect(ended.code, printedBy(ended)).toBe(0);
    });

    it.each(WITH_SHOPIFY)("%s", async (command) => {
      await connectShop(db, TEST_KEYS);
      const processed = { status: "SUCCEEDED", receivedAt: new Date(), processedAt: new Date() };
      const receiver = await startReceiver(db, processed);
      const ended = await run(
        command,
        { "example.myshopify.com": SHOP },
        { ...APP_ENVIRONMENT, ...CONNECTED_APP, DATABASE_URL: database.url, SHOPIFY_APP_URL: receiver.url },
      );
      expect(ended.code, printedBy(ended)).toBe(0);
      await receiver.close();
      await db.store.delete({ where: { shopDomain: SHOP } });
    });
  });

  it(CRON, async () => {
    const app = await localServer((_, response) => response.end('{"runId":"r","outcome":"COMPLETE"}'));
    const environment = { CRON_SECRET: APP_ENVIRONMENT.CRON_SECRET, SHOPIFY_APP_URL: app.url };
    const [, args] = /^node ops\/run\.mjs ops\/cron (.+)$/.exec(CRON)!;
    expect((await runMain(cron, args!.split(" "), environment)).code).toBe(0);
    expect(app.requests).toEqual(["POST /cron/retention"]);
    await app.close();
  });

  it(`${BACKUPS.join(", ")}`, async () => {
    for (const [name, value] of Object.entries(S3_CREDENTIALS)) vi.stubEnv(name, value);
    const [keys, s3, database] = await Promise.all([
      createKeyPair(),
      startS3(),
      createTestDatabase("sqlite"),
    ]);
    const db = await connectDatabase(database.url);
    await insertTenant(db, "example");
    await db.$disconnect();
    const folder = mkdtempSync(join(tmpdir(), "backroom-runbook-"));
    const environment = {
      ...{ DATABASE_URL: database.url, BACKUP_ENVIRONMENT: "production", BACKUP_FOLDER: folder },
      ...{ BACKUP_RECIPIENT: keys.recipient, BACKUP_IDENTITY: keys.identity, ...s3.environment },
    };
    const file = () => readdirSync(folder).find((name) => name.endsWith(".age"))!;
    const done = async (command: string, places = {}, changes = {}) => {
      const ended = await run(command, places, { ...environment, ...changes });
      expect(ended.code, `${command}\n${printedBy(ended)}`).toBe(0);
    };
    const [backup, verify, restore, restoreFromBucket, restoreElsewhere] = BACKUPS as [
      ...[string, string, string, string, string],
    ];
    await done(backup);
    await done(verify);
    const empty = { DATABASE_URL: `file:${join(folder, "restored.sqlite")}` };
    await done(restore, { "backups/<file>.age": join(folder, file()) }, empty);
    await done(restoreFromBucket, { "s3://<bucket>/<prefix>/<file>.age": `${s3.place}${file()}` }, empty);
    const staging = { DATABASE_URL: `file:${join(folder, "staging.sqlite")}` };
    const here = { "…": join(folder, file()) };
    const refused = await run(restoreElsewhere, here, {
      ...environment,
      ...staging,
      BACKUP_ENVIRONMENT: "staging",
    });
    expect(refused).toMatchObject({ code: 2, error: expect.stringContaining('"production"') as string });
    await done(restoreElsewhere, here, staging);
    vi.unstubAllEnvs();
    await Promise.all([s3.stop(), database.drop()]);
  });
});

describe("the runbook's SQL", () => {
  /** What an operator puts in the place of <…> */
  const PLACES: Record<string, string> = {
    ...{ "<pid>": "0", "<slot>": "runbook_slot", "<webhook id>": "a-webhook" },
  };
  let database: TestDatabase;
  let client: pg.Client;
  beforeAll(async () => {
    database = await createTestDatabase("postgres");
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });
  afterAll(async () => {
    await client?.end();
    await database?.drop();
  });

  it.each(STATEMENTS)("%s", async (statement) => {
    if (statement.includes("<slot>"))
      await client.query(`SELECT pg_create_physical_replication_slot('${PLACES["<slot>"]}')`);
    const sql = statement.replace(/<[^>]+>/g, (place) => {
      if (!(place in PLACES)) throw new Error(`Say in PLACES what stands for ${place}.`);
      return PLACES[place]!;
    });
    // Taken back; a role belongs to the whole server.
    await client.query("BEGIN");
    if (/\bROLE backroom\b/.test(sql)) await client.query("CREATE ROLE backroom");
    await client.query(sql);
    await client.query("ROLLBACK");
  });
});

describe("a privacy request that failed", () => {
  it("is seen, done by a replay, and proven by the statements of its chapter", async () => {
    const database = await createTestDatabase("postgres");
    const db = await connectDatabase(database.url);
    const { shopDomain } = await insertTenant(db, "example");
    const webhookId = "redact-that-failed";
    const receivedAt = new Date();
    const topic = "customers/redact";
    await storeDelivery(db, {
      topic,
      shopDomain,
      webhookId,
      status: "DEAD",
      payload: customerRedact(shopDomain),
    });
    const dueAt = new Date(receivedAt.getTime() + 30 * 86_400_000);
    const request = {
      webhookId,
      shopDomain,
      topic: "CUSTOMERS_REDACT",
      status: "FAILED",
      receivedAt,
      dueAt,
    } as const;
    await db.complianceRequest.create({ data: { ...request, result: { error: "It did not get through." } } });
    const [open, proof] = ["overdue", "in time"].map((column) =>
      STATEMENTS.find((statement) => statement.includes(`AS "${column}"`))!,
    );
    expect(await db.$queryRawUnsafe(open!)).toMatchObject([{ webhookId, status: "FAILED", overdue: false }]);

    const environment = { ...APP_ENVIRONMENT, DATABASE_URL: database.url };
    for (const command of [
      "npm run webhooks -- show <webhook id>",
      "npm run webhooks -- replay <webhook id> --yes",
      "npm run inbox",
    ]) {
      const ended = await run(command, { "<webhook id>": webhookId }, environment);
      expect(ended.code, printedBy(ended)).toBe(0);
    }
    expect(await db.$queryRawUnsafe(open!)).toEqual([]);
    expect(await db.$queryRawUnsafe(proof!)).toMatchObject([
      { topic: "CUSTOMERS_REDACT", status: "COMPLETED", "in time": true, forgotten: true },
    ]);
    await db.$disconnect();
    await database.drop();
  });
});

describe("the runbook's references", () => {
  const bracketed = [...RUNBOOK.matchAll(/\[([^\]]*tests\/[^\]]*)\]/g)].map(([, text]) => text!);
  const files = [...new Set(bracketed.flatMap((text) => text.match(/tests\/[\w./-]*[\w/]/g) ?? []))];

  it.each(files)("%s is there", (file) => {
    expect(existsSync(file)).toBe(true);
  });

  it("are in every chapter that tells to run something", () => {
    const chapters = RUNBOOK.split(/^## /m).slice(1);
    const without = chapters.filter(
      (chapter) => /npm run|npx prisma|curl |;\n/.test(chapter) && !/\[[^\]]*tests\//.test(chapter),
    );
    expect(without.map((chapter) => chapter.split("\n")[0])).toEqual([]);
  });
});

describe("the arithmetic of connections", () => {
  const examples = [
    ...RUNBOOK.matchAll(/(\d+): (\d+) processes[^|]*?(?:, (\d+) during a deploy)?, (\d+) each = (\d+)/g),
  ];

  it.each(examples.map(([text, ...numbers]) => [text, ...numbers.map(Number)] as const))(
    "%s leaves a fifth to others",
    (_text, limit, processes, duringDeploy, each, total) => {
      expect((duringDeploy || processes) * each).toBe(total);
      expect(total).toBeLessThanOrEqual(0.8 * limit);
    },
  );

  it("has an example for each provider that has a limit", () => expect(examples).toHaveLength(3));
});
