/** What `npm run prisma:seed` does, apart from talking to the shell. */
import type { Db } from "~/platform/db/client.server";
import { migrationState } from "~/platform/db/migration-state.server";
import { DEMO_DOMAINS, demoRows } from "./demo";
import { SeedRefusal, type SeedKeys } from "./keys";
import { countRows } from "./rows";
import { storeIdOf } from "./stores";
import { insertMissing } from "./write";

export type SeedResult = { rows: number; inserted: number };

/** Puts the demo's missing rows in; rows that are there stay as they are, edited or not. */
export async function seedDemo(db: Db, { keys }: Pick<SeedKeys, "keys">): Promise<SeedResult> {
  const rows = await demoRows(keys);
  return { rows: countRows(rows), inserted: await insertMissing(db, rows) };
}

/**
 * The number of stores that SEED_SCALE asks for; undefined when it is not set.
 * @throws {SeedRefusal} when it is not a number of stores
 */
export function parseScale(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const stores = /^\d{1,6}$/.test(value) ? Number(value) : 0;
  if (stores < 1)
    throw new SeedRefusal(`SEED_SCALE must be a whole number of stores from 1 to 999999; it is "${value}".`);
  return stores;
}

/**
 * @throws {SeedRefusal} when the database is not ready for a seed, or in production holds shops that are not ours
 */
export async function assertSeedable(db: Db, options: { production: boolean }): Promise<void> {
  const migrations = await migrationState(db);
  if (migrations.state === "pending" || migrations.state === "failed")
    throw new SeedRefusal(migrations.message);

  const stores = await db.store.findMany({ select: { id: true, shopDomain: true } });
  const ours = new Set(DEMO_DOMAINS);
  const strangers = stores.filter(
    ({ shopDomain }) => !ours.has(shopDomain) && !/^load-\d{4,6}\./.test(shopDomain),
  );
  if (options.production && strangers.length)
    throw new SeedRefusal(
      `This production database holds ${strangers.length} real store${strangers.length > 1 ? "s" : ""} (${strangers[0]?.shopDomain}); the seed does not touch it. Name another database in DATABASE_URL.`,
    );
  // Somebody installed the app on this shop before: its rows would hang on another store than ours.
  const taken = stores.find(({ id, shopDomain }) => ours.has(shopDomain) && id !== storeIdOf(shopDomain));
  if (taken)
    throw new SeedRefusal(
      `${taken.shopDomain} is already installed in this database, and not by the seed. Delete that store, or seed another database.`,
    );
}
