/** Saves what a merchant set, unless somebody else saved something else in between. */
import { finishStep } from "~/features/stores/onboarding.server";
import type { Db } from "~/platform/db/client.server";
import {
  THRESHOLD_NAMES,
  TOGGLE_NAMES,
  type FeatureToggles,
  type SavedSettings,
  type SettingValues,
  type Thresholds,
} from "./settings-fields";
import { parseSettingsForm, type FieldErrors, type SettingsForm } from "./settings-form.schema";
import { clashingFields } from "./settings-merge";
import { getSavedSettings, SAVE_ATTEMPTS } from "./settings.server";
import { StoreSettingsRepository } from "./store-settings.repository.server";

export type SettingsAnswer =
  | { ok: true; message: string; saved: SavedSettings }
  | { ok: false; message: string; fieldErrors?: FieldErrors; theirs?: SavedSettings };

/**
 * 200 saved, and the setup guide's step is done · 400 a sentence per field · 409 somebody saved other values since the
 * page was loaded: `theirs`, and nothing is changed. A version that grew for another reason (a connection was saved) is
 * no conflict.
 */
export async function submitSettingsForm(
  db: Db,
  storeId: string,
  form: FormData,
  { now, currency }: { now: Date; currency: string },
): Promise<{ status: 200 | 400 | 409; answer: SettingsAnswer }> {
  const parsed = parseSettingsForm(form, currency);
  if (!("form" in parsed)) return { status: 400, answer: { ok: false, ...parsed } };
  const answer = await save(db, storeId, parsed.form);
  if (!answer.ok) return { status: 409, answer };
  await finishStep(db, storeId, "thresholds", now);
  return { status: 200, answer };
}

async function save(db: Db, storeId: string, { version, base, mine }: SettingsForm): Promise<SettingsAnswer> {
  const settings = new StoreSettingsRepository(db, storeId);
  for (let attempt = 1; attempt <= SAVE_ATTEMPTS; attempt++) {
    const current = await getSavedSettings(db, storeId);
    if (current.version !== version && clashingFields(base, mine, current.values).length)
      return { ok: false, message: "Someone saved these settings while you were editing.", theirs: current };
    if ((await settings.update(current.version, columnsOf(mine))) === "saved")
      return { ok: true, message: "Settings saved", saved: { version: current.version + 1, values: mine } };
  }
  return {
    ok: false,
    message: "Nothing was saved: others are saving at the same time. Save again in a moment.",
  };
}

function columnsOf(values: SettingValues): { thresholds: Thresholds; featureToggles: FeatureToggles } {
  return { thresholds: pick(values, THRESHOLD_NAMES), featureToggles: pick(values, TOGGLE_NAMES) };
}

function pick<T, K extends keyof T>(from: T, names: K[]): Pick<T, K> {
  return Object.fromEntries(names.map((name) => [name, from[name]])) as Pick<T, K>;
}
