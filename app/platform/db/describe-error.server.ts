import { existsSync } from "node:fs";
import { parseDatabaseUrl } from "./database-url";
import { codesOf, driverText } from "./error-codes.server";
import { DatabaseUnavailableError, isDatabaseUnavailable } from "./errors.server";
import { postgresAddress } from "./postgres-address";

/**
 * A driver's error as a sentence that says what to do. It names host, database, user or file, never the password. Where only
 * the driver knows the cause, its own words end the sentence, in the language of the server.
 */
export function describeDatabaseError(error: unknown, databaseUrl: string): DatabaseUnavailableError {
  if (error instanceof DatabaseUnavailableError) return error;
  const address = parseDatabaseUrl(databaseUrl);
  const sentence =
    address.engine === "sqlite" ? ofSqlite(error, address.file) : ofPostgres(error, address.url);
  return new DatabaseUnavailableError(sentence, { cause: error });
}

type Case = [codes: RegExp, sentence: () => string];

function ofSqlite(error: unknown, file: string): string {
  if (file !== ":memory:" && !existsSync(file))
    return `There is no SQLite file at ${file}. Create it with: DATABASE_URL="file:${file}" npm run prisma:migrate`;
  return choose(error, [
    [
      /^SQLITE_READONLY|^EROFS$/,
      () =>
        `The SQLite file ${file} is read-only. Give this user the right to write the file and its folder.`,
    ],
    [/^SQLITE_CANTOPEN/, () => `The SQLite file ${file} may not be opened. Give this user the right to it.`],
    [
      /^SQLITE_(NOTADB|CORRUPT)/,
      () =>
        `${file} is not a SQLite database, or it is damaged. Restore it from a backup, or name another file in DATABASE_URL.`,
    ],
    [
      /^SQLITE_(BUSY|LOCKED)|^SocketTimeout$/,
      () =>
        `The SQLite file ${file} is held by another process. Stop that process, or wait for it to finish.`,
    ],
    [/^SQLITE_FULL/, () => `There is no room left for the SQLite file ${file}. Make some on its disk.`],
    [/./, () => `The SQLite file ${file} cannot be used: ${driverText(error)}`],
  ]);
}

function ofPostgres(error: unknown, url: string): string {
  const { host, port, user, database } = postgresAddress(url);
  const at = `Postgres at ${host || "localhost"}:${port || 5432}`;
  const text = driverText(error);
  return choose(error, [
    ...certificates(at, text),
    [
      /^28P01$|^P1000$|^AuthenticationFailed$/,
      () => `${at} refuses the password of user "${user}". Correct DATABASE_URL.`,
    ],
    [
      /^PG_NO_PASSWORD$/,
      () => `${at} asks for the password of user "${user}", and DATABASE_URL has none. Write it there.`,
    ],
    [
      /^28000$|^P1010$|^DatabaseAccessDenied$/,
      () =>
        `${at} refuses user "${user}" on database "${database}": ${text}. ${asksForTls(url) ? "Allow it in the server's pg_hba.conf, or correct DATABASE_URL." : "If it takes TLS only, add ?sslmode=verify-full to DATABASE_URL; otherwise allow it in the server's pg_hba.conf."}`,
    ],
    [
      /^42501$/,
      () =>
        `${at} gives user "${user}" no right: ${text}. Grant it (e.g. GRANT CONNECT ON DATABASE …), or name a role that has it.`,
    ],
    [
      /^3D000$|^P1003$|^DatabaseDoesNotExist$/,
      () => `${at} has no database "${database}". Create it (createdb ${database}), or correct DATABASE_URL.`,
    ],
    [
      /^SOCKET_ENOENT$/,
      () =>
        `There is no socket of Postgres in ${host} for port ${port || 5432}. Start it, or correct the folder in DATABASE_URL.`,
    ],
    [
      /^SOCKET_EACCES$/,
      () => `This user may not use the socket of Postgres in ${host}. Give it the right to that folder.`,
    ],
    [/^(ENOENT|EACCES)$/, () => `DATABASE_URL names a file of TLS that cannot be read: ${text}`],
    [
      /^ENOTFOUND$|^EAI_/,
      () => `The host ${host} of DATABASE_URL cannot be found. Check its spelling and the network.`,
    ],
    [
      /^(PG_POOL_TIMEOUT|PG_CONNECT_TIMEOUT|P2024)$/,
      () =>
        `${at} gave no connection in time. It is unreachable or its connections are used up (PRISMA_CLIENT_MAX_CONNECTIONS).`,
    ],
    [
      /^53300$|^P2037$|^TooManyConnections$/,
      () =>
        `${at} has no connection left. Lower PRISMA_CLIENT_MAX_CONNECTIONS or raise the plan's limit. It says: ${text}`,
    ],
    [/^25006$/, () => `${at} takes no writes at present. Name the primary server in DATABASE_URL.`],
    [
      /^53[0-9A-Z]{3}$|^58030$/,
      () => `${at} has no room or memory left: ${text}. Make some, or raise the plan.`,
    ],
    [/^5500[06]$/, () => `${at} takes no connections to the database "${database}" at present: ${text}`],
    // PgBouncer says so of all its troubles, in words of its own.
    [/^08P01$/, () => `${at} refuses the connection: ${text}`],
    [
      /^57P0[1-5]$/,
      () => `${at} is starting, stopping or recovering. Wait until it is ready. It says: ${text}`,
    ],
    [
      /./,
      () =>
        isDatabaseUnavailable(error)
          ? `${at} does not answer. Start it, or correct the host and port in DATABASE_URL.`
          : `${at} cannot be used: ${text}`,
    ],
  ]);
}

/** Node's codes for certificates: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
function certificates(at: string, text: string): Case[] {
  return [
    [
      /^PG_NO_TLS$/,
      () =>
        `${at} offers no TLS, and DATABASE_URL asks for it. Switch it on in the server, or remove sslmode from DATABASE_URL.`,
    ],
    [
      /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(_LOCALLY)?)|CERT_UNTRUSTED|INVALID_CA)$/,
      () =>
        `${at} has a certificate of an authority that this machine does not know (${text}). Name the provider's file of it: ?sslmode=verify-full&sslrootcert=/path/to/ca.pem`,
    ],
    [
      /^(ERR_TLS_CERT_ALTNAME_\w+|HOSTNAME_MISMATCH)$/,
      () => `${at} has a certificate of another name: ${text} Write the host in DATABASE_URL as it names it.`,
    ],
    [
      /^(CERT|CRL)_|^UNABLE_TO_|^ERROR_IN_C/,
      () => `${at} has a certificate that is not valid (${text}). Renew it, or set this machine's clock.`,
    ],
    [/^(EPROTO|PG_TLS_FAILED|ERR_(SSL|TLS|OSSL)_\w+)$/, () => `TLS with ${at} failed: ${text}`],
    [/^TlsConnectionError$/, () => `TLS with ${at} failed: ${text}`],
  ];
}

function asksForTls(url: string): boolean {
  const { searchParams } = new URL(url);
  const mode = searchParams.getAll("sslmode").at(-1) ?? (searchParams.get("ssl") ? "require" : "disable");
  return mode !== "disable";
}

/** The sentence of the first case that one of the error's codes fits; of the last one, if none does. */
function choose(error: unknown, cases: Case[]): string {
  const codes = [...codesOf(error)];
  const found = cases.find(([pattern]) => codes.some((code) => pattern.test(code)));
  return (found ?? cases.at(-1)!)[1]();
}
