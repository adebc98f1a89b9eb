/** The database of a command: opened, closed again, and described in a sentence where it goes away. */
import { connectDatabase, type ConnectOptions, type Db } from "~/platform/db/client.server";
import { assertUsable } from "~/platform/db/database-findings.server";
import { describeDatabaseError, isDatabaseUnavailable } from "~/platform/db/errors.server";

/** @throws {DatabaseUnavailableError} also when it goes away while `work` uses it */
export async function withDatabase<T>(
  databaseUrl: string,
  options: ConnectOptions,
  work: (db: Db) => Promise<T>,
): Promise<T> {
  const db = await connectDatabase(databaseUrl, options);
  try {
    await assertUsable(db);
    return await work(db);
  } catch (error) {
    throw isDatabaseUnavailable(error) ? describeDatabaseError(error, databaseUrl) : error;
  } finally {
    await db.$disconnect();
  }
}
