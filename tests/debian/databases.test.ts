/** The short form of `npm run bench -- --only databases`, which prints the same as a table. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectDatabase } from "~/platform/db/client.server";
import { restoreBackup } from "../../ops/backup/restore-backup";
import { answers, startApp, type AppProcess } from "../support/app-process";
import { createFolder, createKeyPair, restorePlan, take } from "../support/backups";
import { eventually } from "../support/eventually";
import { applyMigrations } from "../support/migrations";
import { post, runWild } from "../support/wild-run";
import { WILD_DATABASES } from "../support/wild-databases";
import { PASSWORD, startWildServer, type WildServer } from "../support/wild-server";

let server: WildServer;
beforeAll(async () => {
  server = await startWildServer();
});
afterAll(() => server?.stop());

const EVERYTHING = ["migrate", "start", "webhook", "worker", "sweep", "backup", "restore"];
const named = (refused: boolean) =>
  WILD_DATABASES.filter(({ refused: sentence, long }) => Boolean(sentence) === refused && !long).map(
    (database) => [database.name, database] as const,
  );

describe("with a database as it is found, everything works:", () => {
  it.each(named(false))("%s", async (_, database) => {
    expect(await runWild(server, database)).toEqual({ outcome: "works", steps: EVERYTHING });
  });
});

describe("a database that the app cannot work with is refused at start, with a sentence:", () => {
  it.each(named(true))("%s", async (_, database) => {
    const result = await runWild(server, database);
    expect(result).toEqual({
      outcome: "refused",
      sentence: expect.stringMatching(database.refused!) as string,
    });
    expect((result as { sentence: string }).sentence).not.toMatch(/P\d{4}|\n\s+at /);
  });
});

describe("a German Postgres that takes no writes for a while", () => {
  const id = "deutsch";
  let url = "";
  let app: AppProcess;
  beforeAll(async () => {
    await server.sql(
      "postgres",
      `CREATE ROLE ${id} LOGIN PASSWORD '${PASSWORD}'`,
      `CREATE DATABASE ${id} OWNER ${id} TEMPLATE template0`,
    );
    url = `postgresql://${id}:${PASSWORD}@127.0.0.1:${server.port}/${id}`;
    await applyMigrations(url);
    app = await startApp({ DATABASE_URL: url, INBOX_WORKER: "off", LOG_LEVEL: "warn" });
    await answers(app, "/readyz", 200);
  });
  afterAll(() => app?.stop("SIGKILL"));

  const disconnect = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${id}' AND pid <> pg_backend_pid()`;
  const during = async (begin: string[], end: string[], work: () => Promise<void>) => {
    await server.sql(id, ...begin, disconnect);
    try {
      await work();
    } finally {
      await server.sql(id, "SET default_transaction_read_only = off", ...end, disconnect);
    }
    await eventually(async () => expect(await post(app)).toBe(200));
  };

  it("speaks German", async () => {
    const db = await connectDatabase(server.url);
    const error: unknown = await db.$queryRaw`SELECT 1 / 0`.catch((thrown: unknown) => thrown);
    expect(String(error), "Debian's message catalogues (/usr/share/locale/de) are not installed").toContain(
      "Division durch Null",
    );
    await db.$disconnect();
  });

  it("is restored, or the restore says which role it lacks", async () => {
    const [keys, folder] = [await createKeyPair(), createFolder()];
    await server.sql(id, "CREATE ROLE leserin", `GRANT SELECT ON "Store" TO leserin`);
    await take(url, keys, folder);
    const { file } = (await folder.list()).find((entry) => entry.file.endsWith(".age"))!;
    const again = (changes = {}) =>
      restoreBackup({ store: folder, file }, restorePlan(url, keys, folder.folder, changes));
    expect(await again()).toEqual([]);
    await server.sql(id, "DROP OWNED BY leserin", "DROP ROLE leserin");
    const error: unknown = await again().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "TARGET", message: expect.stringContaining('"leserin"') as string });
    expect(await again({ noPrivileges: true })).toEqual([]);
  });

  it("answers 503 and not 500, and is not ready", async () => {
    const setting = `ALTER DATABASE ${id}`;
    await during(
      [`${setting} SET default_transaction_read_only = on`],
      [`${setting} RESET default_transaction_read_only`],
      async () => {
        expect(await post(app)).toBe(503);
        const readiness = await fetch(`${app.url}/readyz`);
        expect([readiness.status, ((await readiness.json()) as { database: string }).database]).toEqual([
          503,
          "read-only",
        ]);
      },
    );
  });

  it.each([
    ["its disk is full", "RAISE EXCEPTION 'kein Platz auf dem Gerät' USING ERRCODE = '53100'"],
    ["a statement_timeout of the role cuts it off", "PERFORM pg_sleep(5)"],
  ])("answers 503 when %s", async (_, body) => {
    await during(
      [
        `ALTER ROLE ${id} SET statement_timeout = '200ms'`,
        `CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body}; END $$`,
        `CREATE TRIGGER trouble BEFORE INSERT ON "WebhookEvent" EXECUTE FUNCTION trouble()`,
      ],
      [
        `DROP TRIGGER trouble ON "WebhookEvent"`,
        "DROP FUNCTION trouble",
        `ALTER ROLE ${id} RESET ALL`,
        disconnect,
      ],
      async () => expect(await post(app)).toBe(503),
    );
  });

  it("answers 503 when the role has no connection left", async () => {
    await during(
      [`ALTER ROLE ${id} CONNECTION LIMIT 0`],
      [`ALTER ROLE ${id} CONNECTION LIMIT -1`],
      async () => expect(await post(app)).toBe(503),
    );
  });
});
