import { describe, expect, it } from "vitest";
import { DatabaseUrlError, parseDatabaseUrl } from "~/platform/db/database-url";
import { postgresAddress, withSchema } from "~/platform/db/postgres-address";
import { inSchema } from "~/platform/db/postgres-schema";

describe("an address of Postgres", () => {
  const SOCKET = "/var/run/postgresql";
  it.each([
    [`postgresql:///desk?host=${SOCKET}`, { host: SOCKET, user: "", database: "desk" }],
    [`postgresql://u@/desk?host=${SOCKET}`, { host: SOCKET, user: "u", database: "desk" }],
    [`postgres://u:p%40%26s+s@/desk?host=${SOCKET}`, { host: SOCKET, user: "u", password: "p@&s+s" }],
    [`postgresql://u:p@:6000/desk?host=${SOCKET}`, { host: SOCKET, port: "6000", password: "p" }],
    [`postgresql://u@/desk?host=${SOCKET}&port=6000&user=other`, { port: "6000", user: "other" }],
    [`postgresql://u@?host=${SOCKET}`, { host: SOCKET, database: "u" }],
    [`postgresql://u:p@%2Fvar%2Frun%2Fpostgresql:6000/desk`, { host: SOCKET, port: "6000" }],
    [`postgresql://u@/desk`, { host: "", user: "u", database: "desk" }],
    [`postgresql://u:p@db/desk?sslmode=verify-full&sslrootcert=/none`, { host: "db", user: "u" }],
  ])("of a socket or a host is understood: %s", (url, expected) => {
    const address = parseDatabaseUrl(url);
    expect(address.engine === "postgres" && postgresAddress(address.url)).toMatchObject(expected);
    expect(postgresAddress(url)).toMatchObject(expected);
  });

  it.each(["postgresql://u@h1:1,h2:2/desk", "postgresql://h1,h2/desk"])(
    "of several hosts is refused: %s",
    (url) => {
      expect(() => parseDatabaseUrl(url)).toThrow(/several hosts/);
    },
  );

  it.each([
    ["", "public"],
    ["?schema=", "public"],
    ["?schema=public", "public"],
    ["?schema=staging", "staging"],
    ["?schema=one&schema=Two-2", "Two-2"],
    ["?sslmode=disable&schema=_x", "_x"],
  ])("with %s means the schema %s", (query, schema) => {
    expect(postgresAddress(`postgresql://u:p@db/desk${query}`).schema).toBe(schema);
    expect(postgresAddress(`postgresql://u@/desk${query}`).schema).toBe(schema);
  });

  it.each(["a,b", 'a"b', "a b", "pg_catalog", "information_schema", "1st", "a;drop", "é", "x".repeat(64)])(
    "with a schema that is no plain name is refused: %s",
    (schema) => {
      expect(() => parseDatabaseUrl(withSchema("postgresql://db/desk", schema))).toThrow(DatabaseUrlError);
    },
  );
});

describe("a statement", () => {
  it.each([
    [
      `SELECT "id" FROM "Store" WHERE "Store"."id" = ?`,
      `SELECT "id" FROM "s"."Store" WHERE "Store"."id" = ?`,
    ],
    [`CAST('X' AS "WebhookEventStatus")`, `CAST('X' AS "s"."WebhookEventStatus")`],
    [`NULL::"Store", "a"."at", "Store" AS "row"`, `NULL::"s"."Store", "a"."at", "s"."Store" AS "row"`],
    [`FROM "_prisma_migrations"`, `FROM "s"."_prisma_migrations"`],
    [`FROM "other"."Store", "due", "s"."Store"`, `FROM "other"."Store", "due", "s"."Store"`],
    [
      `WITH "batch" AS (DELETE FROM "Job" RETURNING 1)`,
      `WITH "batch" AS (DELETE FROM "s"."Job" RETURNING 1)`,
    ],
    [`WHERE "it" = 'say "Store"'`, `WHERE "it" = 'say "Store"'`],
  ])("names the schema of its tables and types, and of nothing else: %s", (text, expected) => {
    expect(inSchema("s", text)).toBe(expected);
  });
});
