import pg from "pg";
import { describeDatabaseError } from "~/platform/db/errors.server";
import { postgresAddress, withHostPlace } from "~/platform/db/postgres-address";
import { quotedName } from "~/platform/db/postgres-schema";
import { BackupError } from "./backup-error";
import { describeAddress } from "./postgres-address";

/**
 * One connection for as long as `work` takes, to the server itself.
 * @throws {DatabaseUnavailableError} when there is none to be had
 * @throws {BackupError} TARGET when a pooler is in between
 */
export async function withClient<T>(
  databaseUrl: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString: withHostPlace(databaseUrl),
    connectionTimeoutMillis: 10_000,
    application_name: "backroom backup",
  });
  // A connection that breaks between two queries; the next one says so too.
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (error) {
    throw describeDatabaseError(error, databaseUrl);
  }
  try {
    await refusePooler(client, databaseUrl);
    // Not a pooler's, so it stays with this connection.
    await client.query(`SET search_path = ${quotedName(postgresAddress(databaseUrl).schema)}`);
    return await work(client);
  } finally {
    await client.end();
  }
}

/**
 * A pooler tells a number of its own for the process that serves us. Behind one, what pg_dump and pg_restore set
 * (`search_path` is empty) stays on a connection that the app is given next.
 */
async function refusePooler(client: pg.Client, databaseUrl: string) {
  const { processID } = client as pg.Client & { processID: number | null };
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  if (rows[0]!.pid === processID) return;
  throw new BackupError(
    "TARGET",
    `The database ${describeAddress(databaseUrl)} is behind a pooler, whose connections a dump or a restore would spoil for the app: set DIRECT_URL to the address of the server itself.`,
  );
}
