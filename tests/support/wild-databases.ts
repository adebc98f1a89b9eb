/** Databases as they are found: what a provider, an administrator or an earlier tool has set. */
import { databaseUrl } from "./postgres";
import { startPgBouncer } from "./pgbouncer";
import { PASSWORD, type WildServer } from "./wild-server";

export type Prepared = {
  /** What the app is given */
  env: { DATABASE_URL: string; DIRECT_URL?: string };
  /** For migrations, where the app's role may not make tables */
  owner?: string;
  stop?: () => Promise<void>;
};

export type WildDatabase = {
  name: string;
  /** What the app says at its start, where it cannot work; otherwise everything works */
  refused?: RegExp;
  /** Refused before the app looks for tables, so that none are made */
  empty?: true;
  /** In the long form alone: a test within the process has it too */
  long?: true;
  /** @param id begins the names of roles and databases */
  prepare: (server: WildServer, id: string) => Promise<Prepared>;
  /** After the migrations, before the app starts */
  spoil?: (server: WildServer, id: string) => Promise<void>;
};

/** A database that its role owns, which is no superuser. */
async function ordinary({ sql }: WildServer, id: string, ...more: string[]) {
  await sql(
    "postgres",
    // The right to make databases is for backup:verify alone.
    `CREATE ROLE ${id} LOGIN CREATEDB PASSWORD '${PASSWORD}'`,
    `CREATE DATABASE ${id} OWNER ${id} TEMPLATE template0`,
    ...more,
  );
}

const addressOf = ({ port }: Pick<WildServer, "port">, id: string, query = "") =>
  `postgresql://${id}:${PASSWORD}@127.0.0.1:${port}/${id}${query}`;

const simple =
  (settings: (id: string) => string[], query = "") =>
  async (server: WildServer, id: string): Promise<Prepared> => {
    await ordinary(server, id, ...settings(id));
    return { env: { DATABASE_URL: addressOf(server, id, query) } };
  };

export const WILD_DATABASES: WildDatabase[] = [
  {
    name: "a schema named like the role, and no ?schema=",
    prepare: async (server, id) => {
      await ordinary(server, id);
      await server.sql(id, `CREATE SCHEMA ${id} AUTHORIZATION ${id}`);
      return { env: { DATABASE_URL: addressOf(server, id) } };
    },
  },
  {
    name: "ALTER ROLE … SET search_path, and ?schema=public",
    prepare: simple((id) => [`ALTER ROLE ${id} SET search_path = nowhere, pg_catalog`], "?schema=public"),
  },
  {
    name: "another environment's tables in public, and ?schema=staging",
    prepare: async (server, id) => {
      await ordinary(server, id);
      await server.sql(
        id,
        `CREATE TABLE public."Store" (other int)`,
        `CREATE TABLE public."WebhookEvent" (other int)`,
        `CREATE TABLE public."_prisma_migrations" (other int)`,
      );
      return { env: { DATABASE_URL: addressOf(server, id, "?schema=staging") } };
    },
  },
  {
    name: "German messages, dates and clock",
    prepare: simple((id) => [
      `ALTER DATABASE ${id} SET DateStyle = 'German, DMY'`,
      `ALTER ROLE ${id} SET TimeZone = 'Europe/Berlin'`,
      `ALTER ROLE ${id} SET IntervalStyle = 'iso_8601'`,
      `ALTER ROLE ${id} SET extra_float_digits = 0`,
      `ALTER ROLE ${id} SET bytea_output = 'escape'`,
      `ALTER ROLE ${id} SET standard_conforming_strings = off`,
    ]),
  },
  {
    name: "extensions that another role owns",
    prepare: async (server, id) => {
      await ordinary(server, id);
      await server.sql(
        id,
        "CREATE EXTENSION pg_stat_statements",
        "CREATE SCHEMA extensions",
        "CREATE EXTENSION citext SCHEMA extensions",
        "COMMENT ON EXTENSION citext IS 'of the provider'",
      );
      return { env: { DATABASE_URL: addressOf(server, id) } };
    },
  },
  {
    name: "a role that may only read and write rows",
    prepare: async (server, id) => {
      const owner = `${id}_owner`;
      await ordinary(
        server,
        id,
        `CREATE ROLE ${owner} LOGIN CREATEDB PASSWORD '${PASSWORD}'`,
        `ALTER DATABASE ${id} OWNER TO ${owner}`,
      );
      await server.sql(
        id,
        `ALTER SCHEMA public OWNER TO ${owner}`,
        `ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${id}`,
      );
      const ownersUrl = addressOf(server, id).replace(`//${id}:`, `//${owner}:`);
      return { env: { DATABASE_URL: addressOf(server, id), DIRECT_URL: ownersUrl }, owner: ownersUrl };
    },
  },
  {
    name: "TLS only (hostssl), with TLS",
    prepare: simple((id) => [`GRANT tls_only TO ${id}`], "?sslmode=no-verify"),
  },
  {
    name: "a Unix socket, without a host in the address",
    prepare: async (server, id) => {
      await ordinary(server, id, `GRANT socket_only TO ${id}`);
      return {
        env: { DATABASE_URL: `postgresql://${id}@/${id}?host=${server.socketFolder}&port=${server.port}` },
      };
    },
  },
  {
    name: "PgBouncer in transaction mode, ?schema=staging, odd settings of the role",
    prepare: async (server, id) => {
      await ordinary(
        server,
        id,
        `ALTER ROLE ${id} SET search_path = nowhere`,
        `ALTER ROLE ${id} SET DateStyle = 'SQL, DMY'`,
        `ALTER ROLE ${id} SET TimeZone = 'Pacific/Auckland'`,
      );
      const direct = addressOf(server, id);
      const pooler = await startPgBouncer(databaseUrl(direct, "postgres"), 3);
      const pooled = databaseUrl(pooler.url, id);
      return {
        env: { DATABASE_URL: `${pooled}?schema=staging`, DIRECT_URL: direct },
        stop: pooler.stop,
      };
    },
  },
  {
    name: "TLS only (hostssl), without TLS",
    empty: true,
    refused: /refuses user ".*": (?:kein pg_hba|pg_hba\.conf|.*pg_hba).*\?sslmode=verify-full/,
    prepare: async (server, id) => {
      await ordinary(server, id, `GRANT tls_only TO ${id}`);
      return {
        env: { DATABASE_URL: addressOf(server, id) },
      };
    },
  },
  {
    name: "a certificate of an authority that is not known",
    empty: true,
    refused: /certificate of an authority that this machine does not know .*sslrootcert=/,
    prepare: async (server, id) => {
      await ordinary(server, id);
      const url = addressOf(server, id, "?sslmode=verify-full");
      return { env: { DATABASE_URL: url } };
    },
  },
  {
    name: "default_transaction_read_only of the role",
    empty: true,
    refused: /takes no writes.*ALTER ROLE "\w+" RESET default_transaction_read_only/,
    prepare: simple(() => []),
    spoil: ({ sql }, id) => sql("postgres", `ALTER ROLE ${id} SET default_transaction_read_only = on`),
  },
  {
    name: "a standby",
    empty: true,
    refused: /is on a standby, which takes no writes\. Name the primary server/,
    prepare: async (server, id) => {
      await ordinary(server, id);
      const standby = await server.startStandby();
      return { env: { DATABASE_URL: addressOf(standby, id) } };
    },
  },
  {
    name: "a role without rights on the tables",
    refused:
      /may not read and write .* GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "public"/,
    prepare: async (server, id) => {
      await ordinary(server, id);
      return {
        env: { DATABASE_URL: addressOf(server, id) },
        owner: databaseUrl(server.url, id),
      };
    },
  },
  {
    name: "default_transaction_isolation = serializable",
    long: true,
    empty: true,
    refused: /default_transaction_isolation is "serializable".*ALTER DATABASE "\w+" RESET/,
    prepare: simple((id) => [`ALTER DATABASE ${id} SET default_transaction_isolation = 'serializable'`]),
  },
  {
    name: "a database that is not UTF-8",
    long: true,
    empty: true,
    refused: /has the encoding LATIN1/,
    prepare: async (server, id) => {
      await server.sql(
        "postgres",
        `CREATE ROLE ${id} LOGIN PASSWORD '${PASSWORD}'`,
        `CREATE DATABASE ${id} OWNER ${id} ENCODING 'LATIN1' TEMPLATE template0`,
      );
      return { env: { DATABASE_URL: addressOf(server, id) } };
    },
  },
  {
    name: "a wrong password",
    long: true,
    empty: true,
    refused: /refuses the password of user/,
    prepare: async (server, id) => {
      await ordinary(server, id);
      const url = addressOf(server, id);
      return { env: { DATABASE_URL: url.replace(PASSWORD, "other") } };
    },
  },
];
