import type { Db } from "~/platform/db/client.server";
import { isUniqueViolation } from "~/platform/db/errors.server";
import { StoreSettingsRepository, type StoreSettings } from "./store-settings.repository.server";

export type { StoreSettings };

/** Gives the store its settings row, unless it has one; two installs at once are fine. */
export async function ensureSettings(db: Db, storeId: string): Promise<void> {
  const settings = new StoreSettingsRepository(db, storeId);
  if (await settings.find()) return;
  await settings.insertDefaults().catch((error: unknown) => {
    if (!isUniqueViolation(error)) throw error;
  });
}

/** The store's settings; the defaults where it has never saved any. */
export async function getSettings(db: Db, storeId: string): Promise<StoreSettings> {
  const settings = new StoreSettingsRepository(db, storeId);
  const found = await settings.find();
  if (found) return found;
  await ensureSettings(db, storeId);
  const created = await settings.find();
  if (!created) throw new Error("The settings were created and are not there.");
  return created;
}
