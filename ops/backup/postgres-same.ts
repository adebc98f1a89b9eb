import { randomInt } from "node:crypto";
import { DATABASE_URL_FORMS } from "~/platform/db/database-url";
import { BackupError } from "./backup-error";
import { describeAddress } from "./postgres-address";
import { withClient } from "./postgres-client";
import { inSnapshot } from "./postgres-fingerprint";
import { runTool, type ToolOptions } from "./tool";

/**
 * Our driver checked the target, and libpq will replace it. This proves that both reach the same database of the same server:
 * psql must see an advisory lock that the driver holds.
 * @throws {BackupError} TARGET when it does not
 */
export async function proveSameDatabase(
  databaseUrl: string,
  options: Pick<ToolOptions, "variables" | "env" | "signal">,
) {
  let seen = "";
  await withLock(databaseUrl, (key) =>
    runTool("psql", ["--no-psqlrc", "--no-password", "-At", "-c", lockQuery(key)], {
      ...options,
      output: async (bytes) => {
        for await (const part of bytes) seen += Buffer.from(part).toString();
      },
    }),
  );
  if (seen.trim() === "t") return;
  throw new BackupError(
    "TARGET",
    `pg_restore would reach another database than ${describeAddress(databaseUrl)}. Nothing was changed. Write host and port of DATABASE_URL in their usual places: ${DATABASE_URL_FORMS}.`,
  );
}

/** An advisory lock that only we know of, for as long as `work` takes. */
export function withLock<T>(databaseUrl: string, work: (key: number[]) => Promise<T>): Promise<T> {
  const key = [randomInt(2 ** 31), randomInt(2 ** 31)];
  return withClient(databaseUrl, (client) =>
    inSnapshot(client, async () => {
      await client.query("SELECT pg_advisory_xact_lock($1, $2)", key);
      return work(key);
    }),
  );
}

/** Whether that lock is held in the database that is asked, as `held`. */
export const lockQuery = ([first, second]: number[]) =>
  `SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE d.datname = current_database()
     AND l.locktype = 'advisory' AND l.classid = ${first} AND l.objid = ${second} AND l.objsubid = 2 AND l.granted) AS held`;
