/**
 * Database errors by what they mean, for both engines. `instanceof` does not work across the two generated clients,
 * so everything here looks at codes: Prisma's P…, and what the drivers say where Prisma passes their error on.
 */
import { KeyServiceError } from "../crypto/kms-errors.server";
import { isOutOfDescriptors } from "../descriptors.server";
import { parseDatabaseUrl } from "./database-url";
import { postgresAddress } from "./postgres-address";

export function isUniqueViolation(error: unknown): boolean {
  return codeOf(error) === "P2002";
}

/** The database answers, and was never migrated. */
export function isMissingTable(error: unknown): boolean {
  return /^(P2021|42P01)$/.test(codeOf(error)) || /no such table/.test(textOf(error));
}

/** A value is none of its type, or more than its type holds (Postgres): JSON that is not JSON, 1e200000. */
export function isMalformedValue(error: unknown): boolean {
  return /^22[0-9A-Z]{3}$/.test(codeOf(error));
}

/** The row that it refers to is gone, or never was. */
export function isForeignKeyViolation(error: unknown): boolean {
  return codeOf(error) === "P2003";
}

/** True when another transaction was in the way and this one was turned away: nothing of it happened. */
export function isWriteConflict(error: unknown): boolean {
  return codeOf(error) === "P2034" || /40P01|deadlock detected|TransactionWriteConflict/.test(textOf(error));
}

/** True when the statement took longer than its statement_timeout (Postgres), and nothing of it happened. */
export function isStatementTimeout(error: unknown): boolean {
  return /57014|canceling statement due to statement timeout/.test(textOf(error));
}

/**
 * True when trying again later may work: the server is away, starting, or has no room for connections or rows, or this process
 * has no descriptor left for a connection.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof DatabaseUnavailableError) return true;
  // The KMS tells of refused connections in the same words (ECONNREFUSED), and is no database.
  if (error instanceof KeyServiceError) return false;
  return (
    UNAVAILABLE_CODES.has(codeOf(error)) || isOutOfDescriptors(error) || UNAVAILABLE_TEXT.test(textOf(error))
  );
}

const UNAVAILABLE_CODES = new Set([
  "P1000",
  "P1001",
  "P1002",
  "P1003",
  "P1008",
  "P1010",
  "P1017",
  "P2024",
  "P2037",
]);
const UNAVAILABLE_TEXT =
  /DatabaseNotReachable|ConnectionClosed|SocketTimeout|TooManyConnections|No space left on device|database or disk is full|Query read timeout|EPIPE|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|remaining connection slots|not currently accepting connections|no more connections allowed|query_wait_timeout|server login has been failing|pgbouncer cannot connect to server|read-only transaction|ECONNREFUSED|ECONNRESET|ENOTFOUND|ETIMEDOUT|timeout exceeded when trying to connect|Connection terminated|Can't reach database server|is not queryable|the database system is (starting up|shutting down|in recovery|not (yet )?accepting connections)|terminating connection|too many (clients|connections)|server conn crashed|unable to open database file/i;

/** The database cannot be used; `message` is a sentence for a person, `cause` the driver's own error. */
export class DatabaseUnavailableError extends Error {
  readonly name = "DatabaseUnavailableError";
  readonly code = "DATABASE_UNAVAILABLE";
}

/**
 * A driver's error as a sentence that says what to do. It names host, database, user or file, never the password.
 */
export function describeDatabaseError(error: unknown, databaseUrl: string): DatabaseUnavailableError {
  return new DatabaseUnavailableError(sentence(error, databaseUrl), { cause: error });
}

function sentence(error: unknown, databaseUrl: string): string {
  const address = parseDatabaseUrl(databaseUrl);
  const text = textOf(error);
  const code = codeOf(error);
  if (isOutOfDescriptors(error))
    return "This process has no file descriptor left for the database. Raise its limit (ulimit -n), or start fewer processes.";
  if (address.engine === "sqlite") {
    const { file } = address;
    if (/readonly|read-only/i.test(text))
      return `The SQLite file ${file} is read-only. Give this user the right to write the file and its folder.`;
    if (/directory does not exist|unable to open database file|SQLITE_CANTOPEN/i.test(text))
      return `There is no SQLite file at ${file}. Create it with: DATABASE_URL="file:${file}" npm run prisma:migrate`;
    if (/not a database|malformed/i.test(text))
      return `${file} is not a SQLite database, or it is damaged. Restore it from a backup, or name another file in DATABASE_URL.`;
    if (/locked|busy|SocketTimeout/i.test(text))
      return `The SQLite file ${file} is held by another process. Stop that process, or wait for it to finish.`;
    return `The SQLite file ${file} cannot be used: ${firstLine(text)}`;
  }

  const { host, port, user, database } = postgresAddress(address.url);
  const where = `${host}:${port || 5432}`;
  if (code === "P1000" || /AuthenticationFailed|password authentication failed/i.test(text))
    return `Postgres at ${where} refuses the password of user "${user}". Correct DATABASE_URL.`;
  if (code === "P1003" || /DatabaseDoesNotExist|database .* does not exist/i.test(text))
    return `Postgres at ${where} has no database "${database}". Create it (createdb ${database}), or correct DATABASE_URL.`;
  // A refused connection names the port it was refused at; a name that was never resolved has none.
  if (/ENOTFOUND|EAI_AGAIN|"DatabaseNotReachable","host":"[^"]*"}/.test(text))
    return `The host ${host} of DATABASE_URL cannot be found. Check its spelling and the network.`;
  if (/timeout exceeded when trying to connect|P2024/.test(text))
    return `Postgres at ${where} gave no connection in time. It is unreachable or its connections are used up (PRISMA_CLIENT_MAX_CONNECTIONS).`;
  if (/TooManyConnections|too many (clients|connections)/i.test(text) || code === "P2037")
    return `Postgres at ${where} has no connection left. Lower PRISMA_CLIENT_MAX_CONNECTIONS or raise the plan's limit.`;
  if (isDatabaseUnavailable(error))
    return `Postgres at ${where} does not answer. Start it, or correct the host and port in DATABASE_URL.`;
  return `Postgres at ${where} cannot be used: ${firstLine(text)}`;
}

function codeOf(error: unknown): string {
  const { code, errorCode } = (error ?? {}) as { code?: unknown; errorCode?: unknown };
  return typeof code === "string" ? code : typeof errorCode === "string" ? errorCode : "";
}

/** Message, code and driver detail in one string to search. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause, meta } = error as { cause?: unknown; meta?: unknown };
  const detail = [cause, meta].map((part) => {
    if (part instanceof Error) return textOf(part);
    return part ? JSON.stringify(part) : "";
  });
  return [codeOf(error), error.message, ...detail].join(" ");
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}
