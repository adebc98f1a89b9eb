import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { deriveSqliteSchema } from "../prisma/derive-sqlite";
import { withLineFeeds } from "../prisma/line-ends";
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
  it("is what the script derives from the Postgres schema", () => {
    const read = (path: string) => withLineFeeds(readFileSync(path, "utf8"));
    expect(read("prisma/schema.sqlite.prisma")).toBe(deriveSqliteSchema(read("prisma/schema.prisma")));
  });

  it("has the same models, fields, relations, defaults, unique keys, indexes, enums and comments as the Postgres schema", () => {
    const sqlite = meaning(readSchema("prisma/schema.sqlite.prisma"));
    expect(sqlite.models.length).toBeGreaterThan(10);
    expect(sqlite.indexes?.length).toBeGreaterThan(30);
    expect(sqlite).toEqual(meaning(readSchema("prisma/schema.prisma")));
  });

  it("names the provider sqlite and drops the native types of Postgres", () => {
    expect(readFileSync("prisma/schema.sqlite.prisma", "utf8")).toContain(`provider = "sqlite"`);
    const derived = deriveSqliteSchema(`generator client {}\n  a String @db.VarChar(20)\n`);
    expect(derived).toContain("a String");
    expect(derived).not.toContain("@db.");
  });
});
