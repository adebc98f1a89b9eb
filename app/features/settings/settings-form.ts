/** The settings page while it is edited, as plain values: what each step makes of the one before. */
import type { SettingsAnswer } from "./save-settings.server";
import {
  isToggle,
  SETTING_NAMES,
  THRESHOLD_NAMES,
  THRESHOLDS,
  TOGGLE_NAMES,
  type SavedSettings,
  type SettingName,
  type SettingValues,
  type ThresholdName,
  type ToggleName,
} from "./settings-fields";
import type { FieldErrors } from "./settings-form.schema";
import { clashingFields } from "./settings-merge";
import { fieldText, readField, settingText } from "./settings-text";

export type Typed = Record<ThresholdName, string> & Record<ToggleName, boolean>;

export type SettingsFormState = {
  currency: string;
  /** What the page was loaded with, or saved last */
  base: SavedSettings;
  typed: Typed;
  errors: FieldErrors;
  /** What stopped the last save as a whole */
  trouble: string | null;
  /** What somebody else saved since `base` */
  theirs: SavedSettings | null;
};

export function openForm(base: SavedSettings, currency: string): SettingsFormState {
  return { currency, base, typed: typedOf(base.values, currency), errors: {}, trouble: null, theirs: null };
}

/** Other words for the same value ("400", "400.00") are no change. */
export function isDirty(form: SettingsFormState): boolean {
  return SETTING_NAMES.some((name) => isTouched(form, name));
}

export function edit<N extends SettingName>(
  form: SettingsFormState,
  name: N,
  value: Typed[N],
): SettingsFormState {
  const { [name]: _corrected, ...errors } = form.errors;
  return { ...form, typed: { ...form.typed, [name]: value }, errors };
}

/** What a save posts. */
export function formFields({ base, typed }: SettingsFormState): Record<string, string> {
  const fields: Record<string, string> = {
    version: String(base.version),
    base: JSON.stringify(base.values),
  };
  for (const name of THRESHOLD_NAMES) fields[name] = typed[name];
  for (const name of TOGGLE_NAMES) fields[name] = typed[name] ? "on" : "off";
  return fields;
}

/** What the server's answer changes; whatever was typed since the save was sent stays. */
export function answered(
  form: SettingsFormState,
  answer: SettingsAnswer,
  sent: Typed = form.typed,
): SettingsFormState {
  if (!answer.ok) {
    const { fieldErrors = {}, theirs = null } = answer;
    const trouble = theirs || Object.keys(fieldErrors).length ? null : answer.message;
    return { ...form, errors: fieldErrors, theirs, trouble };
  }
  const saved = openForm(answer.saved, form.currency);
  const since = SETTING_NAMES.filter((name) => form.typed[name] !== sent[name]);
  return { ...saved, typed: { ...saved.typed, ...pick(form.typed, since) } };
}

/** Back to what is saved: where somebody else saved meanwhile, theirs. */
export function discard({ base, theirs, currency }: SettingsFormState): SettingsFormState {
  return openForm(theirs ?? base, currency);
}

/** A three-way merge: my changes over theirs, and theirs where I changed nothing. */
export function keepMine(form: SettingsFormState): SettingsFormState {
  if (!form.theirs) return form;
  const merged = openForm(form.theirs, form.currency);
  const mine = SETTING_NAMES.filter((name) => isTouched(form, name));
  return { ...merged, typed: { ...merged.typed, ...pick(form.typed, mine) }, errors: form.errors };
}

export type Difference = { name: SettingName; theirs: string; mine: string; touched: boolean };

/** Every field that the other save changed, and what becomes of it here. */
export function differences(form: SettingsFormState): Difference[] {
  const { base, theirs, typed, currency } = form;
  if (!theirs) return [];
  return clashingFields(base.values, valuesOf(form), theirs.values).map((name) => ({
    name,
    theirs: settingText(name, theirs.values[name], currency),
    mine: typedText(name, typed, currency),
    touched: isTouched(form, name),
  }));
}

function isTouched({ base, typed, currency }: SettingsFormState, name: SettingName): boolean {
  if (isToggle(name)) return typed[name] !== base.values[name];
  const read = readField(name, typed[name], currency);
  return !("value" in read) || read.value !== base.values[name];
}

/** The typed values; one that cannot be read is none that anybody else could have saved. */
function valuesOf({ typed, currency }: SettingsFormState): SettingValues {
  const thresholds = THRESHOLD_NAMES.map((name) => {
    const read = readField(name, typed[name], currency);
    return [name, "value" in read ? read.value : NaN];
  });
  return { ...(Object.fromEntries(thresholds) as SettingValues), ...pick(typed, TOGGLE_NAMES) };
}

function typedOf(values: SettingValues, currency: string): Typed {
  const texts = THRESHOLD_NAMES.map((name) => [name, fieldText(name, values[name], currency)]);
  return { ...(Object.fromEntries(texts) as Typed), ...pick(values, TOGGLE_NAMES) };
}

function typedText(name: SettingName, typed: Typed, currency: string): string {
  if (isToggle(name)) return settingText(name, typed[name], currency);
  const read = readField(name, typed[name], currency);
  return "value" in read ? settingText(name, read.value, currency) : `“${typed[name]}”`;
}

/** The text that puts a field back to its default; null where it stands there. */
export function resetText(form: SettingsFormState, name: ThresholdName): string | null {
  const { initial } = THRESHOLDS[name];
  const read = readField(name, form.typed[name], form.currency);
  return "value" in read && read.value === initial ? null : fieldText(name, initial, form.currency);
}

function pick<T, K extends keyof T>(from: T, names: K[]): Pick<T, K> {
  return Object.fromEntries(names.map((name) => [name, from[name]])) as Pick<T, K>;
}
