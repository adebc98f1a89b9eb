import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { postgresAddress } from "~/platform/db/postgres-address";

/** Debian's, and so the image's: the authorities that Node knows by itself. */
const SYSTEM_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";

/** A Postgres address for libpq's tools: in its environment variables, because arguments are everybody's to read. */
export function libpqEnvironment(databaseUrl: string): Record<string, string | undefined> {
  const { searchParams } = new URL(databaseUrl);
  // As our driver: of a name that stands twice, the last.
  const query = (name: string) => searchParams.getAll(name).at(-1);
  const { host, port, user, password, database } = postgresAddress(databaseUrl);
  return withoutUndefined({
    PGHOST: host || undefined,
    PGPORT: port || undefined,
    PGUSER: user || undefined,
    PGPASSWORD: password || undefined,
    PGDATABASE: database,
    // "no-verify" is a word of our driver's.
    PGSSLMODE: query("sslmode")?.replace("no-verify", "require"),
    PGSSLROOTCERT: query("sslrootcert") ?? authorities(query("sslmode")),
    PGSSLCERT: query("sslcert"),
    PGSSLKEY: query("sslkey"),
    PGOPTIONS: query("options"),
    PGAPPNAME: "backroom backup",
    PGCONNECT_TIMEOUT: "10",
  });
}

/** Our driver verifies by Node's authorities; libpq has none by itself, and refuses to connect. */
function authorities(sslmode = ""): string | undefined {
  const own = join(homedir(), ".postgresql", "root.crt");
  if (!/^verify-(ca|full)$/.test(sslmode) || existsSync(own) || !existsSync(SYSTEM_CERTIFICATES))
    return undefined;
  return SYSTEM_CERTIFICATES;
}

/** Whose tables a backup holds. The one place that says it. */
export function schemaName(_databaseUrl: string): string {
  return "public";
}

export function databaseName(databaseUrl: string): string {
  return postgresAddress(databaseUrl).database;
}

export function withDatabase(databaseUrl: string, name: string): string {
  const url = new URL(databaseUrl);
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.href;
}

/** For sentences: never the password. */
export function describeAddress(databaseUrl: string): string {
  const { host, port, database } = postgresAddress(databaseUrl);
  return `"${database}" at ${host}:${port || 5432}`;
}

function withoutUndefined(values: Record<string, string | undefined>) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
