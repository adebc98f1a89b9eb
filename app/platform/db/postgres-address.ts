import { parse } from "pg-connection-string";

export type PostgresAddress = {
  /** A name, an address without brackets, or the folder of a Unix socket; "" where the address leaves it open */
  host: string;
  port: string;
  user: string;
  password: string;
  database: string;
  /** Where the tables of this installation are: `?schema=`, which is a word of Prisma's */
  schema: string;
};

export const DEFAULT_SCHEMA = "public";

/**
 * The parts of a Postgres URL, read by the parser of our driver. pg_dump, pg_restore and error messages use it as well, so that
 * all of them mean the same server: the query of a URL may override host, port, user and password.
 */
export function postgresAddress(databaseUrl: string): PostgresAddress {
  // The parser opens the files that the TLS parameters name, which is not needed for the address.
  const url = new URL(withHostPlace(databaseUrl));
  for (const name of ["ssl", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslnegotiation"])
    url.searchParams.delete(name);
  const { host, port, user, password, database } = parse(url.href);
  return {
    ...{ host: host ?? "", port: port ?? "", user: user ?? "", password: password ?? "" },
    database: database ?? user ?? "",
    schema: url.searchParams.getAll("schema").at(-1) || DEFAULT_SCHEMA,
  };
}

/**
 * The same address in a form that every URL parser takes. libpq's form for a Unix socket has a user and no host
 * (`postgresql://user@/db?host=/run/postgresql`), which is no URL to the others: its user, password and port move to the query.
 */
export function withHostPlace(databaseUrl: string): string {
  const [, scheme, user, password, port, rest] = HOSTLESS.exec(databaseUrl) ?? [];
  if (rest === undefined) return databaseUrl;
  const moved = Object.entries({ user, password, port }).flatMap(([name, value]) =>
    value ? [`${name}=${queryValue(value)}`] : [],
  );
  if (!moved.length) return databaseUrl;
  const [path, query] = rest.split(/\?(.*)/s);
  // What the query says itself comes last, and wins.
  return `${scheme}${path || "/"}?${[...moved, query].filter(Boolean).join("&")}`;
}

const HOSTLESS = /^(postgres(?:ql)?:\/\/)(?:([^:@/?#]*)(?::([^@/?#]*))?@)?(?::(\d+))?((?:[/?].*)?)$/s;

/** Percent-encoded already, as it stood before the host; a plus sign means itself there and a space in a query. */
function queryValue(value: string): string {
  return value.replaceAll("+", "%2B").replaceAll("&", "%26");
}

/** `databaseUrl` for the tables of `schema`. */
export function withSchema(databaseUrl: string, schema: string): string {
  const url = new URL(withHostPlace(databaseUrl));
  url.searchParams.set("schema", schema);
  return url.href;
}

/** Whether a URL says itself which schema it means. */
export function namesSchema(databaseUrl: string): boolean {
  return Boolean(new URL(withHostPlace(databaseUrl)).searchParams.getAll("schema").at(-1));
}
