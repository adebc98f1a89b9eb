import { postgresAddress, withHostPlace } from "./postgres-address";
import { isSchemaName } from "./postgres-schema";

export type Engine = "sqlite" | "postgres";
export type DatabaseAddress = { engine: "sqlite"; file: string } | { engine: "postgres"; url: string };

/** What DATABASE_URL may look like, for every message that has to say so. */
export const DATABASE_URL_FORMS =
  "file:./path/to.sqlite (SQLite) or postgresql://user:password@host:5432/database (Postgres)";

/**
 * Which engine and where, from DATABASE_URL alone. A `file:` path is relative to the project's folder.
 * @throws {DatabaseUrlError} with a sentence that repeats the scheme but never the URL, which may hold a password
 */
export function parseDatabaseUrl(value: string): DatabaseAddress {
  if (value === ":memory:" || value === "file::memory:") return { engine: "sqlite", file: ":memory:" };
  if (value.startsWith("file:")) {
    const file = value.slice("file:".length).replace(/\?.*$/, "");
    if (!file) throw new DatabaseUrlError(`names no file; write ${DATABASE_URL_FORMS}.`);
    return { engine: "sqlite", file };
  }
  if (/^postgres(ql)?:\/\//.test(value)) {
    const url = withHostPlace(value);
    refuseMalformed(url);
    const { schema } = postgresAddress(url);
    if (!isSchemaName(schema))
      throw new DatabaseUrlError(
        `names the schema "${schema}"; write one name of letters, digits, hyphens and underscores, e.g. ?schema=public.`,
      );
    return { engine: "postgres", url };
  }
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(value)?.[1];
  throw new DatabaseUrlError(
    `${scheme ? `has the scheme "${scheme}:"` : "has no scheme"}; write ${DATABASE_URL_FORMS}.`,
  );
}

function refuseMalformed(url: string) {
  if (/^\w+:\/\/([^@/]*@)?[^@/?#]*,/.test(url))
    throw new DatabaseUrlError("names several hosts; write the one that takes writes.");
  try {
    new URL(url);
  } catch {
    throw new DatabaseUrlError(
      "is not a well-formed URL; a password with reserved characters must be percent-encoded.",
    );
  }
}

/** `message` completes the sentence "DATABASE_URL …". */
export class DatabaseUrlError extends Error {
  readonly name = "DatabaseUrlError";
  readonly code = "DATABASE_URL_INVALID";
}
