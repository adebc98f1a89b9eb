/**
 * Database errors by what they mean, for both engines. `instanceof` does not work across the two generated clients,
 * so everything here looks at codes (error-codes.server.ts).
 */
import { KeyServiceError } from "../crypto/kms-errors.server";
import { codesOf } from "./error-codes.server";

export { describeDatabaseError } from "./describe-error.server";

export function isUniqueViolation(error: unknown): boolean {
  return hasCode(error, /^(P2002|23505|SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY))$/);
}

/** The database answers, and was never migrated. */
export function isMissingTable(error: unknown): boolean {
  return hasCode(error, /^(P2021|42P01|3F000|TableDoesNotExist)$/);
}

/** A value is none of its type, or more than its type holds (Postgres): JSON that is not JSON, 1e200000. */
export function isMalformedValue(error: unknown): boolean {
  return hasCode(error, /^22[0-9A-Z]{3}$/);
}

/** The row that it refers to is gone, or never was. */
export function isForeignKeyViolation(error: unknown): boolean {
  return hasCode(error, /^(P2003|23503|SQLITE_CONSTRAINT_FOREIGNKEY)$/);
}

/** True when another transaction was in the way and this one was turned away: nothing of it happened. */
export function isWriteConflict(error: unknown): boolean {
  return hasCode(error, /^(P2034|40001|40P01|TransactionWriteConflict)$/);
}

/** True when the statement took longer than its statement_timeout (Postgres), and nothing of it happened. */
export function isStatementTimeout(error: unknown): boolean {
  return hasCode(error, /^57014$/);
}

/** True when trying again later may work: the server is away, starting, takes no writes, or has no room for connections or rows. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof DatabaseUnavailableError) return true;
  // The KMS tells of refused connections by the same codes (ECONNREFUSED), and is no database.
  if (error instanceof KeyServiceError) return false;
  return hasCode(error, UNAVAILABLE);
}

/**
 * For an answer to a client: also when a limit of the role cut the work off (statement_timeout, lock_timeout), or another
 * transaction was in its way. Nothing of it happened.
 */
export function mayWorkLater(error: unknown): boolean {
  return (
    isDatabaseUnavailable(error) ||
    isStatementTimeout(error) ||
    isWriteConflict(error) ||
    (!(error instanceof KeyServiceError) && hasCode(error, /^55P03$/))
  );
}

function hasCode(error: unknown, pattern: RegExp): boolean {
  for (const code of codesOf(error)) if (pattern.test(code)) return true;
  return false;
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html and https://www.sqlite.org/rescode.html */
const UNAVAILABLE = new RegExp(
  `^(${[
    // Prisma, and the kinds of its adapters
    "P1000|P1001|P1002|P1003|P1008|P1010|P1011|P1017|P2024|P2037",
    "DatabaseNotReachable|ConnectionClosed|SocketTimeout|TooManyConnections|TlsConnectionError",
    "DatabaseDoesNotExist|DatabaseAccessDenied|AuthenticationFailed",
    // Postgres: connections (PgBouncer says 08P01 of all its troubles), access, no such database
    "08[0-9A-Z]{3}|28000|28P01|3D000",
    // A database that takes no connections (a migration of the provider's, a copy of it is being made)
    "5500[06]",
    // Takes no writes; a transaction that stood still too long, or lasted too long; no room; shutting down, starting; disk
    "25006|25P0[34]|53[0-9A-Z]{3}|57P0[1-5]|58030",
    // The driver's own
    "PG_[A-Z_]+",
    // Node
    "ECONN[A-Z]+|EPIPE|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|ENOTFOUND|EAI_[A-Z]+|ETIMEDOUT|SOCKET_[A-Z]+",
    // SQLite: no file, no right, no room, held by another
    "SQLITE_(CANTOPEN|READONLY|FULL|BUSY|LOCKED|IOERR)[A-Z_]*",
  ].join("|")})$`,
);

/** The database cannot be used; `message` is a sentence for a person, `cause` the driver's own error. */
export class DatabaseUnavailableError extends Error {
  readonly name = "DatabaseUnavailableError";
  readonly code = "DATABASE_UNAVAILABLE";
}
