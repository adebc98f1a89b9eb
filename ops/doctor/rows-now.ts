import { databaseNow } from "~/platform/db/clock.server";
import type { Db } from "~/platform/db/client.server";
import type { Context } from "./context";

/** What the ages of rows are measured by: the database's clock, or that of the demo, whose day stays the same. */
export async function rowsNow(db: Db, { configuration }: Context): Promise<Date> {
  return configuration?.env.demoNow ?? databaseNow(db);
}

export function before(now: Date, ms: number): Date {
  return new Date(now.getTime() - ms);
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
