import { TextField } from "@shopify/polaris";
import { THRESHOLDS, type ThresholdName } from "../settings-fields";
import { resetText } from "../settings-form";
import { settingText, unitText } from "../settings-text";
import { focusField, type SettingsEditor } from "./use-settings-form";

/** A number with its unit, what it does, and a way back to its default. */
export function ThresholdField({ name, editor }: { name: ThresholdName; editor: SettingsEditor }) {
  const { form, edit } = editor;
  const { label, unit } = THRESHOLDS[name];
  const reset = resetText(form, name);
  const initial = settingText(name, THRESHOLDS[name].initial, form.currency);
  return (
    <TextField
      id={name}
      name={name}
      label={label}
      value={form.typed[name]}
      onChange={(text) => edit(name, text)}
      suffix={unitText(name, form.currency)}
      inputMode={unit === "money" ? "decimal" : "numeric"}
      helpText={helpText(name, initial)}
      error={form.errors[name]}
      autoComplete="off"
      labelAction={
        reset === null
          ? undefined
          : {
              content: `Reset to ${initial}`,
              accessibilityLabel: `Reset to ${initial}: ${label}`,
              onAction: () => {
                edit(name, reset);
                focusField(name);
              },
            }
      }
    />
  );
}

function helpText(name: ThresholdName, initial: string): string {
  const { help, ...field } = THRESHOLDS[name];
  const usual = "usual" in field ? `; sensible: ${field.usual[0]} to ${field.usual[1]}` : "";
  return `${help} Default: ${initial}${usual}.`;
}
