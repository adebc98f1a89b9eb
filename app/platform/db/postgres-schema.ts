/**
 * Every statement names the schema of its tables. A connection's search_path belongs to the role, the database or the client
 * that a pooler served before, and PgBouncer in transaction mode neither takes one at connect nor keeps one that was set.
 * Prisma does the same for its own statements (adapter-pg's `schema`).
 */

/**
 * `text` with the schema before every table and enum type of ours. Those are quoted and begin with a capital, and columns,
 * aliases and common table expressions do not (tests/schema-rules.test.ts). `"Store"."id"` is a column of a table that the
 * statement has named before.
 */
export function inSchema(schema: string, text: string): string {
  return text.replace(OURS, (name) => `${quotedName(schema)}.${name}`);
}

const OURS = /(?<![\w.$"'])"(?:[A-Z]\w*|_prisma_migrations)"(?![\w."'])/g;

/** Any identifier as SQL writes it. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** What a schema may be called: names that need no thought anywhere they are written. */
export function isSchemaName(name: string): boolean {
  return /^[a-z_][\w-]{0,62}$/i.test(name) && !/^pg_|^information_schema$/i.test(name);
}
