import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Debian's, and so the image's: the authorities that Node knows by itself. */
const SYSTEM_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";

/** A Postgres address for libpq's tools: in its environment variables, because arguments are everybody's to read. */
export function libpqEnvironment(databaseUrl: string): Record<string, string | undefined> {
  const url = new URL(databaseUrl);
  const query = (name: string) => url.searchParams.get(name) ?? undefined;
  const decoded = (part: string) => decodeURIComponent(part) || undefined;
  return withoutUndefined({
    PGHOST: query("host") ?? decoded(url.hostname.replace(/^\[|\]$/g, "")),
    PGPORT: url.port || undefined,
    PGUSER: decoded(url.username),
    PGPASSWORD: decoded(url.password),
    PGDATABASE: databaseName(databaseUrl),
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

export function databaseName(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  return decodeURIComponent(url.pathname.slice(1)) || decodeURIComponent(url.username);
}

export function withDatabase(databaseUrl: string, name: string): string {
  const url = new URL(databaseUrl);
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.href;
}

/** For sentences: never the password. */
export function describeAddress(databaseUrl: string): string {
  const { hostname, port } = new URL(databaseUrl);
  return `"${databaseName(databaseUrl)}" at ${decodeURIComponent(hostname)}:${port || 5432}`;
}

function withoutUndefined(values: Record<string, string | undefined>) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
