/** What the settings page posts: every field as text, and what the page was loaded with. */
import { z } from "zod";
import {
  SETTING_NAMES,
  THRESHOLD_NAMES,
  TOGGLE_NAMES,
  type SettingName,
  type SettingValues,
  type ThresholdName,
  type ToggleName,
} from "./settings-fields";
import { readField } from "./settings-text";
import { featureTogglesSchema, thresholdsSchema } from "./settings.schema";

export type SettingsForm = { version: number; base: SettingValues; mine: SettingValues };

export type FieldErrors = Partial<Record<SettingName, string>>;

/** @returns the form, or a sentence per field and one for the whole */
export function parseSettingsForm(
  form: FormData,
  currency: string,
): { form: SettingsForm } | { message: string; fieldErrors: FieldErrors } {
  const parsed = settingsForm(currency).safeParse(Object.fromEntries(form));
  if (parsed.success) {
    const { version, base, ...mine } = parsed.data;
    return { form: { version, base, mine } };
  }
  const fieldErrors: FieldErrors = {};
  for (const { path, message } of parsed.error.issues) {
    const name = SETTING_NAMES.find((name) => name === path[0]);
    if (name) fieldErrors[name] ??= message;
  }
  const wrong = Object.keys(fieldErrors).length;
  const message = wrong
    ? `Nothing was saved: ${wrong === 1 ? "one field needs" : `${wrong} fields need`} a correction.`
    : "Nothing was saved: this page is of another version of Backroom. Reload it and make your changes again.";
  return { message, fieldErrors };
}

function settingsForm(currency: string) {
  return z.strictObject({
    version: z
      .string()
      .regex(/^[1-9]\d{0,9}$/)
      .transform(Number)
      .pipe(z.int32()),
    base: z
      .string()
      .max(LONGEST_BASE)
      .transform(parseJson)
      .pipe(thresholdsSchema.extend(featureTogglesSchema.shape)),
    ...eachOf(THRESHOLD_NAMES, (name) => threshold(name, currency)),
    ...eachOf(TOGGLE_NAMES, toggle),
  });
}

function threshold(name: ThresholdName, currency: string) {
  return z.string({ error: "This field is missing. Reload the page." }).transform((text, context) => {
    const read = readField(name, text, currency);
    if ("value" in read) return read.value;
    context.addIssue({ code: "custom", message: read.problem });
    return z.NEVER;
  });
}

function toggle(_name: ToggleName) {
  return z.enum(["on", "off"], { error: "Choose on or off." }).transform((state) => state === "on");
}

const LONGEST_BASE = 2_000;

function parseJson(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: "custom", message: "This is not JSON." });
    return z.NEVER;
  }
}

function eachOf<N extends string, S>(names: N[], schema: (name: N) => S): Record<N, S> {
  return Object.fromEntries(names.map((name) => [name, schema(name)])) as Record<N, S>;
}
