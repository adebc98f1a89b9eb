import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectDatabase } from "~/platform/db/client.server";
import { DEVELOPMENT_ENCRYPTION_KEY, seedKeys } from "../../prisma/seed/keys";
import { seedDemo } from "../../prisma/seed/run";
import { createTestDatabase, type TestDatabase } from "../support/databases";
import { disguises, findLeaks, SEEDED_SECRETS } from "../support/leaks";

describe("the SQLite file of the demo", () => {
  let database: TestDatabase;
  let bytes: Buffer;
  beforeAll(async () => {
    database = await createTestDatabase("sqlite");
    const db = await connectDatabase(database.url);
    await seedDemo(db, seedKeys({ ENCRYPTION_KEY: DEVELOPMENT_ENCRYPTION_KEY }));
    await db.$disconnect();
    const file = database.url.slice("file:".length);
    bytes = Buffer.concat([file, `${file}-wal`].filter(existsSync).map((path) => readFileSync(path)));
  });
  afterAll(() => database.drop());

  it.each(SEEDED_SECRETS.map((secret, i) => [i, secret] as const))(
    "does not hold secret %i in any disguise",
    (_, secret) => {
      expect(findLeaks(bytes, [secret])).toEqual([]);
    },
  );

  it("does hold the rows: the search above would find a secret that was there", () => {
    expect(bytes.includes("backroom-demo.myshopify.com")).toBe(true);
    expect(bytes.includes("bk1.development.")).toBe(true);
    expect(disguises("backroom-demo.myshopify.com").some((text) => bytes.includes(text))).toBe(true);
  });
});
