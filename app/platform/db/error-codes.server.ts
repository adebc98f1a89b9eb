/**
 * What an error of a database is, by codes alone: SQLSTATE, Node's, SQLite's, Prisma's. The text of a server is in the language
 * of its lc_messages.
 */

/**
 * Every code that an error carries, itself or in what Prisma's adapter keeps of the driver's. A named error of ours that has a
 * code is no database's, and neither is its cause: a provider that refuses connections is not a database that does.
 */
export function codesOf(error: unknown): ReadonlySet<string> {
  const codes = new Set<string>();
  collect(error, codes, 0);
  return codes;
}

/** What the driver or Prisma said, without the lines about who called: for a log or as the rest of a sentence. */
export function driverText(error: unknown): string {
  const said = innermost(error, 0) ?? (error instanceof Error ? error.message : String(error));
  return said.trim().split("\n").at(-1) ?? "";
}

type Parts = {
  name?: unknown;
  message?: unknown;
  code?: unknown;
  errorCode?: unknown;
  originalCode?: unknown;
  kind?: unknown;
  syscall?: unknown;
  originalMessage?: unknown;
  reason?: unknown;
  cause?: unknown;
  meta?: { driverAdapterError?: unknown };
  errors?: unknown;
};

const DEEPEST = 6;

function collect(error: unknown, codes: Set<string>, depth: number) {
  if (typeof error !== "object" || error === null || depth > DEEPEST) return;
  const parts = error as Parts;
  for (const value of [parts.code, parts.errorCode, parts.originalCode, parts.kind])
    if (typeof value === "string") codes.add(value);
  // Of a Unix socket, and not of a file that something else looked for; Prisma passes on no more than the code.
  if (/^(ENOENT|EACCES)$/.test(String(parts.code)) && (parts.syscall === "connect" || isPrismas(parts)))
    codes.add(`SOCKET_${String(parts.code)}`);
  const driver = DRIVER_TEXTS[String(parts.message)] ?? DRIVER_TEXTS[String(parts.reason)];
  if (driver) codes.add(driver);
  for (const part of partsWithin(error, parts)) collect(part, codes, depth + 1);
}

function partsWithin(error: object, parts: Parts): unknown[] {
  const listed = Array.isArray(parts.errors) ? (parts.errors as unknown[]) : [];
  const isWrapper = isPrismas(parts) || typeof parts.code !== "string";
  const cause = isWrapper && !(error instanceof TypeError) ? parts.cause : undefined;
  return [parts.meta?.driverAdapterError, cause, ...listed];
}

function isPrismas({ name }: Parts): boolean {
  return /^(DriverAdapterError|PrismaClient\w+)$/.test(String(name));
}

function innermost(error: unknown, depth: number): string | undefined {
  if (typeof error !== "object" || error === null || depth > DEEPEST) return undefined;
  const parts = error as Parts;
  for (const part of partsWithin(error, parts)) {
    const said = innermost(part, depth + 1);
    if (said) return said;
  }
  const said = [parts.originalMessage, parts.reason, parts.message].find((text) => text);
  return typeof said === "string" ? said : undefined;
}

/**
 * pg gives these errors of its own no code. The texts are constants of its source, in English wherever the server is
 * (tests/platform/db/error-codes.test.ts looks for each one there).
 */
export const DRIVER_TEXTS: Record<string, string> = {
  "timeout exceeded when trying to connect": "PG_POOL_TIMEOUT",
  "Connection terminated due to connection timeout": "PG_CONNECT_TIMEOUT",
  "timeout expired": "PG_CONNECT_TIMEOUT",
  "Connection terminated": "PG_CONNECTION_LOST",
  "Connection terminated unexpectedly": "PG_CONNECTION_LOST",
  "Client has encountered a connection error and is not queryable": "PG_CONNECTION_LOST",
  "Client was closed and is not queryable": "PG_CONNECTION_LOST",
  "Query read timeout": "PG_READ_TIMEOUT",
  "The server does not support SSL connections": "PG_NO_TLS",
  "There was an error establishing an SSL connection": "PG_TLS_FAILED",
  "SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string": "PG_NO_PASSWORD",
  "SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a non-empty string": "PG_NO_PASSWORD",
};
