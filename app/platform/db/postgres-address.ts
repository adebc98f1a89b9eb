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
 * Where a Postgres URL leads, by the parser of our driver: whatever else connects (pg_dump, pg_restore) and whatever says where
 * it failed must mean the same server, and the query of a URL may name every part once more.
 */
export function postgresAddress(databaseUrl: string): PostgresAddress {
  // The driver reads the files that these name; where the server is has nothing to do with them.
  const url = new URL(databaseUrl);
  for (const name of ["ssl", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslnegotiation"])
    url.searchParams.delete(name);
  const { host, port, user, password, database } = parse(url.href);
  return {
    ...{ host: host ?? "", port: port ?? "", user: user ?? "", password: password ?? "" },
    database: database ?? user ?? "",
  };
}
