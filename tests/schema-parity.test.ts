import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { deriveSqliteSchema } from "../prisma/derive-sqlite";
import { readSchema, type Datamodel } from "./support/schema";

/** What a schema means to the code above it; how a column is stored is the engine's own affair. */
function meaning({ enums, models, indexes }: Datamodel) {
  const stripped = models.map((model) => ({
    ...model,
    fields: model.fields.map(({ nativeType: _stored, ...field }) => field),
  }));
  return { enums, indexes, models: stripped };
}

describe("the SQLite schema", () => {
  it("is what the script derives from the Postgres one", () => {
    const derived = deriveSqliteSchema(readFileSync("prisma/schema.prisma", "utf8"));
    expect(readFileSync("prisma/schema.sqlite.prisma", "utf8")).toBe(derived);
  });

  it("means the same: every model, field, relation, default, unique key, index, enum and comment", () => {
    const sqlite = meaning(readSchema("prisma/schema.sqlite.prisma"));
    expect(sqlite.models.length).toBeGreaterThan(10);
    expect(sqlite.indexes?.length).toBeGreaterThan(30);
    expect(sqlite).toEqual(meaning(readSchema("prisma/schema.prisma")));
  });

  it("differs by its provider", () => {
    expect(readFileSync("prisma/schema.sqlite.prisma", "utf8")).toContain(`provider = "sqlite"`);
    expect(deriveSqliteSchema(`generator client {}\n  a String @db.VarChar(20)\n`)).not.toContain("@db.");
  });
});
