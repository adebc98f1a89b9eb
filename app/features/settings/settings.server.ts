import type { Queryable } from "~/platform/db/client.server";
import { isUniqueViolation } from "~/platform/db/errors.server";
import type { SavedSettings } from "./settings-fields";
import type { NewConnectionMetadata } from "./settings.schema";
import { StoreSettingsRepository, type StoreSettings } from "./store-settings.repository.server";

export type { StoreSettings };

/** Gives the store its settings row, unless it has one; two installs at once are fine. */
export async function ensureSettings(db: Queryable, storeId: string): Promise<void> {
  const settings = new StoreSettingsRepository(db, storeId);
  if (await settings.find()) return;
  await settings.insertDefaults().catch((error: unknown) => {
    if (!isUniqueViolation(error)) throw error;
  });
}

/** Null while the store has saved none and was given none. */
export function findSettings(db: Queryable, storeId: string): Promise<StoreSettings | null> {
  return new StoreSettingsRepository(db, storeId).find();
}

/** The store's settings; the defaults where it has never saved any. */
export async function getSettings(db: Queryable, storeId: string): Promise<StoreSettings> {
  const settings = new StoreSettingsRepository(db, storeId);
  const found = await settings.find();
  if (found) return found;
  await ensureSettings(db, storeId);
  const created = await settings.find();
  if (!created) throw new Error("The settings were created and are not there.");
  return created;
}

/** What the settings page edits. */
export async function getSavedSettings(db: Queryable, storeId: string): Promise<SavedSettings> {
  const { version, thresholds, featureToggles } = await getSettings(db, storeId);
  return { version, values: { ...thresholds, ...featureToggles } };
}

/**
 * Stores a provider's metadata (null takes it away) and, with `rotatedAt`, that its secret was replaced then. Takes part
 * in the caller's transaction; saves of others in between are read again and kept.
 * @throws {SettingsBusyError} when others were quicker ten times in a row; nothing was changed
 */
export async function updateConnection<P extends keyof NewConnectionMetadata>(
  db: Queryable,
  storeId: string,
  provider: P,
  metadata: NonNullable<NewConnectionMetadata[P]> | null,
  { rotatedAt }: { rotatedAt?: Date } = {},
): Promise<void> {
  const settings = new StoreSettingsRepository(db, storeId);
  for (let attempt = 1; attempt <= SAVE_ATTEMPTS; attempt++) {
    const outcome = await settings.updateConnection(provider, metadata, rotatedAt);
    if (outcome === "saved") return;
    if (outcome === "missing") await ensureSettings(db, storeId);
  }
  throw new SettingsBusyError(storeId);
}

export const SAVE_ATTEMPTS = 10;

export class SettingsBusyError extends Error {
  readonly name = "SettingsBusyError";
  readonly code = "SETTINGS_BUSY";
  constructor(storeId: string) {
    super(
      `The settings of store ${storeId} were changed by others ${SAVE_ATTEMPTS} times in a row. Try again.`,
    );
  }
}
