/** `npm run prisma:seed` as a person meets it: one sentence and exit code 1 where it cannot work, never a stack trace. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { connectDatabase } from "~/platform/db/client.server";
import { childEnvironment } from "~/platform/env.server";
import { createTestDatabase } from "../support/databases";

const folder = mkdtempSync(join(tmpdir(), "backroom-seed-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function seed(environment: Record<string, string>) {
  const result = spawnSync(
    process.execPath,
    ["--import", "./prisma/register-ts-loader.mjs", "prisma/seed.ts"],
    {
      encoding: "utf8",
      env: childEnvironment({ ENCRYPTION_KEY: "", NODE_ENV: "development", SEED_SCALE: "", ...environment }),
    },
  );
  return { code: result.status, out: result.stdout.trim(), error: result.stderr.trim() };
}

describe("npm run prisma:seed", () => {
  it("seeds, says which key it used, and says the second time that nothing changed", async () => {
    const database = await createTestDatabase("sqlite");
    const first = seed({ DATABASE_URL: database.url });
    expect(first).toMatchObject({ code: 0, error: "" });
    expect(first.out).toMatch(
      /^ENCRYPTION_KEY is not set: .*development key\.\nDemo store .*: (\d+) of \1 rows added/,
    );
    expect(seed({ DATABASE_URL: database.url }).out).toMatch(/all \d+ rows are there, 0 changed\.$/);
    await database.drop();
  });

  it("makes load stores, with a line every tenth where nobody watches", async () => {
    const database = await createTestDatabase("sqlite");
    const { code, out } = seed({ DATABASE_URL: database.url, SEED_SCALE: "2" });
    expect(code).toBe(0);
    expect(out).toMatch(
      /100 % \(2 of 2 stores\)\n2 load stores: (\d+) of \1 rows added in [\d.]+ s \([\d,]+ rows\/s\)\.$/,
    );
    await database.drop();
  });

  it.each<[string, Record<string, string>, RegExp]>([
    [
      "a SEED_SCALE that is no number",
      { SEED_SCALE: "abc" },
      /^SEED_SCALE must be a whole number .* it is "abc"\.$/,
    ],
    ["a negative SEED_SCALE", { SEED_SCALE: "-1" }, /^SEED_SCALE must be a whole number .* it is "-1"\.$/],
    [
      "an unknown kind of database",
      { DATABASE_URL: "mysql://localhost/shop" },
      /^DATABASE_URL has the scheme "mysql:"; write file:/,
    ],
    [
      "a file that is not there",
      { DATABASE_URL: `file:${folder}/nowhere.sqlite` },
      /^There is no SQLite file at .*Create it with/,
    ],
    [
      "a database without tables",
      { DATABASE_URL: `file:${folder}/empty.sqlite` },
      /^The database lacks .*npm run prisma:migrate/,
    ],
    [
      "a broken key",
      { ENCRYPTION_KEY: "k1:short" },
      /^ENCRYPTION_KEY entry 1 \("k1"\) is not 32 bytes of base64/,
    ],
    ["production without a key", { NODE_ENV: "production" }, /^ENCRYPTION_KEY is not set; in production/],
  ])("answers %s with one sentence", (_, environment, sentence) => {
    writeFileSync(join(folder, "empty.sqlite"), "");
    const { code, out, error } = seed({ DATABASE_URL: `file:${folder}/empty.sqlite`, ...environment });
    expect(code).toBe(1);
    expect(out).toBe("");
    expect(error).toMatch(sentence);
    expect(error).not.toMatch(/\n|\bat .*:\d+:\d+/);
  });

  it("does not touch a production database with a real shop in it", async () => {
    const database = await createTestDatabase("sqlite");
    const db = await connectDatabase(database.url);
    await db.store.create({ data: { shopDomain: "real-shop.myshopify.com", onboardingFlags: {} } });
    const key = `k1:${Buffer.alloc(32, 7).toString("base64")}`;
    const { code, error } = seed({ DATABASE_URL: database.url, NODE_ENV: "production", ENCRYPTION_KEY: key });
    expect(code).toBe(1);
    expect(error).toMatch(
      /^This production database holds 1 real store \(real-shop\.myshopify\.com\); the seed does not touch it\./,
    );
    expect(await db.store.count()).toBe(1);
    await db.$disconnect();
    await database.drop();
  });
});
