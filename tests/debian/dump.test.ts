import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectDatabase } from "~/platform/db/client.server";
import { DEVELOPMENT_ENCRYPTION_KEY, seedKeys } from "../../prisma/seed/keys";
import { seedDemo } from "../../prisma/seed/run";
import { createTestDatabase, type TestDatabase } from "../support/databases";
import { disguises, findLeaks, SEEDED_SECRETS } from "../support/leaks";

describe("a pg_dump of the demo's Postgres twin", () => {
  let database: TestDatabase;
  let dump: Buffer;
  beforeAll(async () => {
    database = await createTestDatabase("postgres");
    const db = await connectDatabase(database.url);
    await seedDemo(db, seedKeys({ ENCRYPTION_KEY: DEVELOPMENT_ENCRYPTION_KEY }));
    await db.$disconnect();
    const result = spawnSync("pg_dump", ["--no-owner", database.url], { maxBuffer: 2 ** 28 });
    expect(result.stderr.toString()).toBe("");
    dump = result.stdout;
  });
  afterAll(() => database.drop());

  it("holds none of the seeded tokens and secrets, in any disguise", () => {
    expect(findLeaks(dump, SEEDED_SECRETS)).toEqual([]);
  });

  it("does hold the rows: the search above would find a secret that was there", () => {
    expect(dump.includes("bk1.development.")).toBe(true);
    expect(disguises("backroom-demo.myshopify.com").some((text) => dump.includes(text))).toBe(true);
  });
});
