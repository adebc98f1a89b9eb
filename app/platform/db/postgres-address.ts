import { parse } from "pg-connection-string";

export type PostgresAddress = {
  /** A name, an address without brackets, or the folder of a Unix socket; "" where the address leaves it open */
  host: string;
  port: string;
  user: string;
  password: string;
  database: string;
};

/**
 * The parts of a Postgres URL, read by the parser of our driver. pg_dump, pg_restore and error messages use it as well, so that
 * all of them mean the same server: the query of a URL may override host, port, user and password.
 */
export function postgresAddress(databaseUrl: string): PostgresAddress {
  // The parser opens the files that the TLS parameters name, which is not needed for the address.
  const url = new URL(databaseUrl);
  for (const name of ["ssl", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslnegotiation"])
    url.searchParams.delete(name);
  const { host, port, user, password, database } = parse(url.href);
  return {
    ...{ host: host ?? "", port: port ?? "", user: user ?? "", password: password ?? "" },
    database: database ?? user ?? "",
  };
}
