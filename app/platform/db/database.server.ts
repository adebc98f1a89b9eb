import { environment } from "../env.server";
import { log } from "../log.server";
import { connectDatabase, type Db } from "./client.server";

/** Longer than any statement of a request or a worker should take. */
const STATEMENT_MS = 20_000;

let connected: Promise<Db> | undefined;

/**
 * This process's database, opened at first use and kept.
 * @throws {DatabaseUnavailableError} and tries afresh at the next call, so that the app comes back by itself
 */
export function database(): Promise<Db> {
  const { env, secrets } = environment();
  connected ??= connectDatabase(secrets.databaseUrl, {
    maxConnections: env.maxConnections,
    statementTimeoutMs: STATEMENT_MS,
    onConnectionError: (error) => log.warn({ err: error }, "a database connection broke while idle"),
  }).catch((error: unknown) => {
    connected = undefined;
    throw error;
  });
  return connected;
}

export async function closeDatabase() {
  const db = await connected?.catch(() => undefined);
  connected = undefined;
  await db?.$disconnect();
}
