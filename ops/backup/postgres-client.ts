import pg from "pg";
import { describeDatabaseError } from "~/platform/db/errors.server";

/** One connection for as long as `work` takes. @throws {DatabaseUnavailableError} when there is none to be had */
export async function withClient<T>(
  databaseUrl: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString: databaseUrl,
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
    return await work(client);
  } finally {
    await client.end();
  }
}
