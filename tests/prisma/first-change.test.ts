/** The README's first change in its Postgres half, with the commands as they are written. */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { migrationNames } from "../support/migrations";
import { addField, checkout, shell } from "./support/folders";

vi.setConfig({ testTimeout: 180_000 });

describe("a column that is added to prisma/schema.prisma in a fresh checkout", () => {
  let folder: string;
  beforeAll(() => {
    folder = checkout();
    addField(folder, "OrderFlag", "reference String?");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (line: string) => shell(folder, line, { DATABASE_URL: inject("postgresUrl") });

  it("is drift to `npm run prisma:drift`, in the SQLite schema and in the migrations of Postgres", async () => {
    const { code, output } = await run("npm run prisma:drift");
    expect(code).toBe(1);
    expect(output.match(/^(no drift|DRIFT) .*/gm)).toEqual([
      expect.stringMatching(/^DRIFT +schema\.sqlite\.prisma is derived/),
      expect.stringMatching(/^no drift +migrations-sqlite$/),
      expect.stringMatching(/^DRIFT +migrations$/),
    ]);
  });

  it("is all that `npm run prisma:migrate:new` writes, behind the timeouts", async () => {
    expect(await run("npm run prisma:migrate:new -- --name add_order_reference")).toMatchObject({ code: 0 });
    const names = readdirSync(join(folder, "prisma/migrations")).filter((name) => /^\d/.test(name));
    expect(names).toEqual([
      ...migrationNames("postgres"),
      expect.stringMatching(/^\d{14}_add_order_reference$/),
    ]);
    const sql = readFileSync(join(folder, "prisma/migrations", names.at(-1)!, "migration.sql"), "utf8");
    expect(sql.match(/^[^-\s].*;$/gm)).toEqual([
      "SET lock_timeout = '2s';",
      "SET statement_timeout = '30s';",
      `ALTER TABLE "OrderFlag" ADD COLUMN     "reference" TEXT;`,
    ]);
  });

  it("is in the client of Postgres after `npm run prisma:generate`, which writes that of SQLite too", async () => {
    expect(await run("npm run prisma:generate")).toMatchObject({ code: 0 });
    const types = (engine: string) =>
      readFileSync(join(folder, "prisma/generated", engine, "index.d.ts"), "utf8");
    const field = /^\s+reference: string \| null$/m;
    expect([field.test(types("postgres")), field.test(types("sqlite"))]).toEqual([true, false]);
  });
});
