import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { StoreRepository } from "~/features/stores/store.repository.server";
import { databaseNow } from "~/platform/db/clock.server";
import { connectDatabase, inTransaction } from "~/platform/db/client.server";
import {
  DatabaseUnavailableError,
  describeDatabaseError,
  isDatabaseUnavailable,
  isUniqueViolation,
} from "~/platform/db/errors.server";
import freePort from "../../support/free-port";
import { administer, databaseUrl } from "../../support/postgres";
import { createTestDatabase, eachDatabase } from "../../support/databases";
import { T0 } from "../../support/tenant-rows";

const shop = (shopDomain: string) => ({ data: { shopDomain, onboardingFlags: {}, installedAt: T0 } });

eachDatabase("a database", ({ db }) => {
  it("tells a unique violation from every other error", async () => {
    await db().store.create(shop("twice.myshopify.com"));
    const error = await db()
      .store.create(shop("twice.myshopify.com"))
      .catch((e: unknown) => e);
    expect({ unique: isUniqueViolation(error), away: isDatabaseUnavailable(error) }).toEqual({
      unique: true,
      away: false,
    });
    expect(isUniqueViolation(new Error("P2002"))).toBe(false);
  });

  it("takes all of a transaction or nothing of it", async () => {
    const failed = inTransaction(db(), async (tx) => {
      await new StoreRepository(tx).upsertInstalled("half.myshopify.com", "", T0);
      throw new Error("no");
    });
    await expect(failed).rejects.toThrow("no");
    expect(await new StoreRepository(db()).findByShopDomain("half.myshopify.com")).toBeNull();
    await inTransaction(db(), (tx) => new StoreRepository(tx).upsertInstalled("whole.myshopify.com", "", T0));
    expect(await new StoreRepository(db()).findByShopDomain("whole.myshopify.com")).not.toBeNull();
  });

  it("has a clock of its own, to the millisecond", async () => {
    expect(Math.abs((await databaseNow(db())).getTime() - Date.now())).toBeLessThan(2_000);
  });

  it("gives back instants, money and JSON exactly as they were written", async () => {
    const instant = new Date("2026-11-01T05:59:59.999Z");
    const { id } = await db().store.create(shop("exact.myshopify.com"));
    const evidence = { text: "ä ☃ \u2028", nested: { n: 1.5, list: [null, true] } };
    await db().orderFlag.create({
      data: {
        storeId: id,
        orderGid: "g",
        orderName: "#1",
        rule: "R",
        severity: "INFO",
        currency: "USD",
        orderTotalMinor: 9_007_199_254_740_991n,
        orderPlacedAt: instant,
        orderUpdatedAt: instant,
        evidence,
      },
    });
    const row = await db().orderFlag.findFirstOrThrow({ where: { storeId: id } });
    expect(row).toMatchObject({ orderTotalMinor: 9_007_199_254_740_991n, orderPlacedAt: instant, evidence });
  });

  it("keeps a row from pointing at a parent in another store", async () => {
    const [a, b] = [
      await db().store.create(shop("a.myshopify.com")),
      await db().store.create(shop("b.myshopify.com")),
    ];
    const ticket = await db().ticket.create({
      data: { storeId: a.id, channel: "EMAIL", subject: "s", tags: [], metadata: {}, lastMessageAt: T0 },
    });
    const stray = { ticketId: ticket.id, kind: "NOTE" as const, body: "b", metadata: {}, writtenAt: T0 };
    await expect(db().ticketMessage.create({ data: { ...stray, storeId: b.id } })).rejects.toMatchObject({
      code: "P2003",
    });
    const message = await db().ticketMessage.create({ data: { ...stray, storeId: a.id } });
    const draft = { messageId: message.id, model: "m", version: "1", text: "t" };
    await expect(db().aiDraft.create({ data: { ...draft, storeId: b.id } })).rejects.toMatchObject({
      code: "P2003",
    });
    await expect(db().aiDraft.create({ data: { ...draft, storeId: a.id } })).resolves.toBeDefined();
  });
});

describe("Postgres in a time zone of its own", () => {
  it("changes no instant, neither written nor read nor compared", async () => {
    const { url, drop } = await createTestDatabase("postgres");
    const name = new URL(url).pathname.slice(1);
    await administer(inject("postgresUrl"), `ALTER DATABASE ${name} SET timezone TO 'Pacific/Auckland'`);
    const db = await connectDatabase(url);
    const instant = new Date("2026-06-01T12:00:00.123Z");
    await db.store.create({
      data: { shopDomain: "tz.myshopify.com", onboardingFlags: {}, installedAt: instant },
    });
    const row = await db.store.findFirst({ where: { installedAt: { lte: instant } } });
    expect(row?.installedAt).toEqual(instant);
    expect(Math.abs((row?.createdAt.getTime() ?? 0) - Date.now())).toBeLessThan(5_000);
    expect(Math.abs((await databaseNow(db)).getTime() - Date.now())).toBeLessThan(2_000);
    const [raw] = await db.$queryRawUnsafe<[{ at: string }]>(
      `SELECT "installedAt"::text AS "at" FROM "Store"`,
    );
    expect(raw.at).toBe("2026-06-01 12:00:00.123");
    await db.$disconnect();
    await drop();
  });
});

describe("a pool that is used up", () => {
  it("refuses in time what finds no connection, and serves again when one is free", async () => {
    const { url, drop } = await createTestDatabase("postgres");
    const db = await connectDatabase(url, { maxConnections: 1, acquireTimeoutMs: 300 });
    const long = inTransaction(db, (tx) => tx.$queryRawUnsafe("SELECT 1 FROM pg_sleep(1.5)"));
    let isHeld = true;
    void long.then(() => (isHeld = false));
    await new Promise((resolve) => setTimeout(resolve, 200));
    const error = await db.store.count().catch((e: unknown) => e);
    expect(isHeld).toBe(true);
    expect(isDatabaseUnavailable(error)).toBe(true);
    expect(describeDatabaseError(error, url).message).toMatch(/gave no connection in time/);
    await long;
    expect(await db.store.count()).toBe(0);
    await db.$disconnect();
    await drop();
  });
});

describe("a database that is away for a while", () => {
  // What the crash harness (tests/crash) heard while Postgres was killed and came back.
  it.each([
    "terminating connection due to unexpected postmaster exit",
    "Connection terminated unexpectedly",
    "Client has encountered a connection error and is not queryable",
    "Raw query failed. Code: `N/A`. Message: `Can't reach database server at 127.0.0.1:5432`",
    "the database system is starting up",
    "the database system is not yet accepting connections",
  ])("is told from one that refuses: %s", (message) => {
    expect(isDatabaseUnavailable(new Error(message))).toBe(true);
    expect(isDatabaseUnavailable(new Error("value too long for type character varying(3)"))).toBe(false);
  });
});

describe("a database that cannot be used", () => {
  const refusal = async (url: string): Promise<Error> => {
    try {
      await (await connectDatabase(url, { acquireTimeoutMs: 1_500 })).$disconnect();
    } catch (error) {
      return error as Error;
    }
    throw new Error("it could be used");
  };
  const folder = () => mkdtempSync(join(tmpdir(), "backroom-bad-"));

  it("says that nobody answers, and where", async () => {
    const port = await freePort();
    const error = await refusal(`postgresql://desk:hunter2@127.0.0.1:${port}/backroom`);
    expect(error).toBeInstanceOf(DatabaseUnavailableError);
    expect(error.message).toBe(
      `Postgres at 127.0.0.1:${port} does not answer. Start it, or correct the host and port in DATABASE_URL.`,
    );
  });

  it("says that the host is unknown", async () => {
    expect((await refusal("postgresql://u:p@no-such-host.invalid/backroom")).message).toMatch(
      /^The host no-such-host.invalid of DATABASE_URL cannot be found/,
    );
  });

  it("says that the password is refused, and not what it was", async () => {
    const serverUrl = inject("postgresUrl");
    const url = new URL(databaseUrl(serverUrl, "postgres"));
    url.password = "hunter2";
    const error = await refusal(url.href);
    expect(error.message).toMatch(/refuses the password of user "postgres"\. Correct DATABASE_URL\.$/);
    expect(`${error.message}`).not.toContain("hunter2");
  });

  it("says that the database does not exist", async () => {
    const error = await refusal(databaseUrl(inject("postgresUrl"), "nowhere"));
    expect(error.message).toMatch(/has no database "nowhere"\. Create it \(createdb nowhere\)/);
  });

  it("says that there is no SQLite file, and makes none", async () => {
    const file = join(folder(), "shop.sqlite");
    expect((await refusal(`file:${file}`)).message).toMatch(
      /^There is no SQLite file at .*shop\.sqlite\. Create it with: DATABASE_URL=/,
    );
    expect((await refusal(`file:${join(folder(), "no/such/folder.sqlite")}`)).message).toMatch(
      /^There is no SQLite file at/,
    );
    expect((await refusal(`file:${file}`)).message).toMatch(/^There is no SQLite file/);
  });

  it("says that the file is not a database", async () => {
    const file = join(folder(), "notes.sqlite");
    writeFileSync(file, "these are my notes, and not a database at all\n".repeat(50));
    expect((await refusal(`file:${file}`)).message).toMatch(/is not a SQLite database, or it is damaged/);
  });

  it("says that the file is read-only", async () => {
    const { url, drop } = await createTestDatabase("sqlite");
    const file = url.slice("file:".length);
    chmodSync(file, 0o444);
    chmodSync(join(file, ".."), 0o555);
    // Root may write anything; for it the file is opened by a process that gave its rights away.
    const { spawnSync } = await import("node:child_process");
    const script = `
      import { connectDatabase } from "~/platform/db/client.server";
      import "#prisma/sqlite"; import "@prisma/adapter-better-sqlite3";
      if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534); }
      try { await (await connectDatabase(${JSON.stringify(url)})).$disconnect(); console.log("usable"); } catch (error) { console.log(error.message); }`;
    const told = spawnSync(
      process.execPath,
      ["--import", "./prisma/register-ts-loader.mjs", "--input-type=module", "-e", script],
      { encoding: "utf8" },
    );
    chmodSync(join(file, ".."), 0o755);
    await drop();
    expect(told.stdout + told.stderr).toMatch(
      /is read-only\. Give this user the right to write the file and its folder\./,
    );
  });
});
