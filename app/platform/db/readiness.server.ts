import { environment } from "../env.server";
import { log } from "../log.server";
import type { Db } from "./client.server";
import { database } from "./database.server";
import { describeDatabaseError, DatabaseUnavailableError } from "./errors.server";
import { migrationState } from "./migration-state.server";
import { askDatabase } from "./pulse.server";
import { queryRows } from "./raw.server";

export type Readiness = { ready: boolean; database: string; message?: string };

/** Whoever asks is told within a second. */
const PROBE_MS = 600;

/** Whether requests can be served now. Asked anew each time, so the app is ready again as soon as its database is. */
export async function checkReadiness(): Promise<Readiness> {
  try {
    const { schema, readOnly } = await withinProbe(answeringDatabase().then(stateOf));
    if (readOnly)
      return { ready: false, database: "read-only", message: "The database takes no writes at present." };
    if (schema.state === "current") return { ready: true, database: "current" };
    return { ready: schema.state === "ahead", database: schema.state, message: schema.message };
  } catch (error) {
    const { message } =
      error instanceof DatabaseUnavailableError
        ? error
        : describeDatabaseError(error, environment().secrets.databaseUrl);
    // Anybody may ask this; where the database is and who may log in is for the log.
    log.warn(message);
    return {
      ready: false,
      database: "unavailable",
      message: "The database does not answer; the log says why.",
    };
  }
}

async function stateOf(db: Db) {
  const [schema, [settings]] = await Promise.all([
    migrationState(db),
    db.engine === "postgres"
      ? queryRows<{ value: string }>(db, `SELECT current_setting('transaction_read_only') AS "value"`, [])
      : [],
  ]);
  return { schema, readOnly: settings?.value === "on" };
}

/**
 * Resolves when the database answers; what would take long is not begun without it.
 * @throws within a second, as isDatabaseUnavailable tells
 */
export async function proveDatabase(): Promise<void> {
  await withinProbe(answeringDatabase());
}

async function answeringDatabase(): Promise<Db> {
  const db = await database();
  await askDatabase(db, PROBE_MS);
  return db;
}

function withinProbe<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("timeout exceeded when trying to connect")), PROBE_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
