/** `npm run prisma:seed` as a person meets it: one sentence and exit code 1 where it cannot work, never a stack trace. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectDatabase } from "~/platform/db/client.server";
import { main } from "../../prisma/seed";
import { runMain } from "../support/commands";
import { createTestDatabase, type TestDatabase } from "../support/databases";

const KEY = `k1:${Buffer.alloc(32, 7).toString("base64")}`;

const folder = mkdtempSync(join(tmpdir(), "backroom-seed-"));
const empty = join(folder, "empty.sqlite");
writeFileSync(empty, "");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const seed = (environment: Record<string, string>) => runMain(main, [], environment);

describe("npm run prisma:seed", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase("sqlite");
  });
  afterAll(() => database.drop());

  it("adds every row, says that it used the published key, and adds nothing the second time", async () => {
    const first = await seed({ DATABASE_URL: database.url });
    expect(first).toMatchObject({ code: 0, error: "" });
    expect(first.out).toContain("ENCRYPTION_KEY is not set");
    const [, inserted, rows] = /(\d+) of (\d+) rows added\.\n$/.exec(first.out)!;
    expect(inserted).toBe(rows);
    expect((await seed({ DATABASE_URL: database.url })).out).toMatch(
      new RegExp(`all ${rows} rows are there, 0 changed\\.\n$`),
    );
  });

  it("makes as many load stores as SEED_SCALE says, with a line every tenth where no person watches", async () => {
    const { code, out } = await seed({ DATABASE_URL: database.url, SEED_SCALE: "2" });
    expect(code).toBe(0);
    expect(out).toMatch(/100 % \(2 of 2 stores\)\n2 load stores: (\d+) of \1 rows added in [\d.]+ s/);
  });

  it.each<[string, Record<string, string>, string]>([
    ["a SEED_SCALE that is no number", { SEED_SCALE: "abc" }, "SEED_SCALE"],
    ["a negative SEED_SCALE", { SEED_SCALE: "-1" }, "SEED_SCALE"],
    ["a missing DATABASE_URL", { DATABASE_URL: "" }, "DATABASE_URL"],
    ["an unknown kind of database", { DATABASE_URL: "mysql://localhost/shop" }, "DATABASE_URL"],
    [
      "a file that is not there",
      { DATABASE_URL: `file:${folder}/nowhere.sqlite` },
      "There is no SQLite file",
    ],
    ["a database without tables", {}, "The database lacks"],
    ["a broken key", { ENCRYPTION_KEY: "k1:short" }, "ENCRYPTION_KEY"],
    ["production without a key", { NODE_ENV: "production" }, "ENCRYPTION_KEY"],
    ["a KMS key that is none", { KMS_KEY_ID: "no key at all", AWS_REGION: "eu-west-1" }, "KMS_KEY_ID"],
  ])("answers %s with one sentence and exit code 1", async (_, environment, beginning) => {
    const { code, out, error } = await seed({ DATABASE_URL: `file:${empty}`, ...environment });
    expect([code, out]).toEqual([1, ""]);
    expect(error.trim().split("\n")).toEqual([expect.stringMatching(new RegExp(`^${beginning} `))]);
  });

  it("does not touch a production database with a real shop in it", async () => {
    const production = await createTestDatabase("sqlite");
    const db = await connectDatabase(production.url);
    await db.store.create({ data: { shopDomain: "real-shop.myshopify.com", onboardingFlags: {} } });
    const environment = { DATABASE_URL: production.url, NODE_ENV: "production", ENCRYPTION_KEY: KEY };
    const { code, error } = await seed(environment);
    expect(code).toBe(1);
    expect(error.trim().split("\n")).toEqual([expect.stringContaining("real-shop.myshopify.com")]);
    expect(await db.store.count()).toBe(1);
    await db.$disconnect();
    await production.drop();
  });
});
