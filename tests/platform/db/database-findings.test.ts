import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { connectDatabase } from "~/platform/db/client.server";
import { assertUsable, databaseFindings, type DatabaseFinding } from "~/platform/db/database-findings.server";
import { DatabaseUnavailableError } from "~/platform/db/errors.server";
import { createTestDatabase, ENGINES, type TestDatabase } from "../../support/databases";
import { administer, databaseUrl } from "../../support/postgres";

describe.each(ENGINES)("a database of the test suite on %s", (engine) => {
  it("has nothing that the app could not work with", async () => {
    const database = await createTestDatabase(engine);
    const db = await connectDatabase(database.url);
    expect(await databaseFindings(db)).toEqual([]);
    expect(await assertUsable(db)).toEqual([]);
    await db.$disconnect();
    await database.drop();
  });
});

describe("Postgres with settings of a role or a database", () => {
  const role = `desk_${randomBytes(4).toString("hex")}`;
  const serverUrl = inject("postgresUrl");
  let database: TestDatabase;
  let name = "";
  let owner = "";
  let restricted = "";

  beforeAll(async () => {
    database = await createTestDatabase("postgres");
    name = new URL(database.url).pathname.slice(1);
    owner = databaseUrl(serverUrl, name);
    const url = new URL(owner);
    [url.username, url.password] = [role, "secret"];
    restricted = url.href;
    await administer(serverUrl, `CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
  });
  afterEach(() => administer(serverUrl, `ALTER ROLE ${role} RESET ALL`, `ALTER DATABASE ${name} RESET ALL`));
  afterAll(async () => {
    await database.drop();
    await administer(serverUrl, `DROP ROLE ${role}`);
  });

  const findings = async (url: string): Promise<DatabaseFinding[]> => {
    const db = await connectDatabase(url);
    return databaseFindings(db).finally(() => db.$disconnect());
  };
  const grant = () =>
    administer(
      owner,
      `GRANT USAGE ON SCHEMA public TO ${role}`,
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}`,
    );

  it("is refused to a role without rights, with the statement that grants them", async () => {
    const [found, ...others] = await findings(restricted);
    expect([found?.code, found?.severity, others]).toEqual(["PRIVILEGES", "refuse", []]);
    for (const statement of /As the owner: (.*)$/.exec(found!.sentence)![1]!.split("; "))
      await administer(owner, statement);
    expect(await findings(restricted)).toEqual([]);
  });

  it.each([
    ["default_transaction_read_only", "on", "READ_ONLY", "refuse"],
    ["default_transaction_isolation", "serializable", "ISOLATION", "refuse"],
    ["synchronous_commit", "off", "DURABILITY", "warn"],
    ["statement_timeout", "500ms", "TIMEOUT", "warn"],
    ["idle_in_transaction_session_timeout", "1s", "TIMEOUT", "warn"],
  ])("tells of %s = %s, and its statement takes it away", async (setting, value, code, severity) => {
    await grant();
    for (const place of [`ROLE ${role}`, `DATABASE ${name}`, `ROLE ${role} IN DATABASE ${name}`]) {
      await administer(serverUrl, `ALTER ${place} SET ${setting} = '${value}'`);
      const [found, ...others] = await findings(restricted);
      expect([found?.code, found?.severity, others], place).toEqual([code, severity, []]);
      await administer(serverUrl, /As an administrator: (.*)$/.exec(found!.sentence)![1]!);
      expect(await findings(restricted), place).toEqual([]);
    }
  });

  it("does not refuse the timeouts that the runbook names", async () => {
    await grant();
    for (const [setting, value] of [
      ["statement_timeout", "15s"],
      ["lock_timeout", "5s"],
      ["idle_in_transaction_session_timeout", "30s"],
    ])
      await administer(serverUrl, `ALTER ROLE ${role} SET ${setting} = '${value}'`);
    expect(await findings(restricted)).toEqual([]);
  });

  it("is fixed for each connection where that can be: search_path, DateStyle, time zone", async () => {
    await grant();
    await administer(
      serverUrl,
      `ALTER ROLE ${role} SET search_path = nowhere`,
      `ALTER ROLE ${role} SET DateStyle = 'German, DMY'`,
      `ALTER ROLE ${role} SET TimeZone = 'Pacific/Auckland'`,
    );
    expect(await findings(restricted)).toEqual([]);
  });

  it("is refused where row level security would hide rows", async () => {
    await grant();
    await administer(owner, `ALTER TABLE "Store" ENABLE ROW LEVEL SECURITY`);
    const [found] = await findings(restricted);
    expect([found?.code, found?.severity]).toEqual(["ROW_SECURITY", "refuse"]);
    expect(await findings(owner)).toEqual([]);
    await administer(owner, `ALTER TABLE "Store" DISABLE ROW LEVEL SECURITY`);
  });

  it("says where the tables are when they are in another schema than the address names", async () => {
    const [found] = await findings(`${owner}?schema=staging`);
    expect([found?.code, found?.severity]).toEqual(["SCHEMA_ELSEWHERE", "warn"]);
    expect(found?.sentence).toContain("?schema=public");
  });

  it("is refused in an encoding that cannot hold every name", async () => {
    const latin = `${name}_latin`;
    await administer(
      serverUrl,
      `CREATE DATABASE ${latin} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`,
    );
    const [found] = await findings(databaseUrl(serverUrl, latin));
    expect([found?.code, found?.severity]).toEqual(["ENCODING", "refuse"]);
    await administer(serverUrl, `DROP DATABASE ${latin} WITH (FORCE)`);
  });

  it("throws every sentence that the start must show", async () => {
    await administer(serverUrl, `ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    const db = await connectDatabase(owner);
    const error: unknown = await assertUsable(db).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DatabaseUnavailableError);
    expect((error as Error).message).toMatch(/takes no writes.*ALTER DATABASE .* RESET/);
    await db.$disconnect();
  });
});
