/** Thresholds as text: what stands in a field, what a person reads elsewhere, and what they typed. */
import { formatMoney, majorUnits, minorDigits, parseMoney, type MoneyProblem } from "~/platform/money";
import { isToggle, THRESHOLDS, type SettingName, type ThresholdName } from "./settings-fields";

/** As it stands in its field: "48", "400.00". */
export function fieldText(name: ThresholdName, value: number, currency: string): string {
  return THRESHOLDS[name].unit === "money" ? majorUnits({ minor: value, currency }) : String(value);
}

/** As a sentence has it: "48 hours", "$400.00", "on". */
export function settingText(name: SettingName, value: number | boolean, currency: string): string {
  if (isToggle(name) || typeof value === "boolean") return value ? "on" : "off";
  const { unit } = THRESHOLDS[name];
  if (unit === "money") return formatMoney({ minor: value, currency });
  if (unit === "percent") return `${value}%`;
  return `${value} ${value === 1 ? unit.slice(0, -1) : unit}`;
}

/** What stands behind a field: "hours", "%", "USD". */
export function unitText(name: ThresholdName, currency: string): string {
  const { unit } = THRESHOLDS[name];
  if (unit === "money") return currency;
  return unit === "percent" ? "%" : unit;
}

/** What was typed, as a value, or a sentence about what to type instead. */
export function readField(
  name: ThresholdName,
  text: string,
  currency: string,
): { value: number } | { problem: string } {
  const read =
    THRESHOLDS[name].unit === "money" ? readAmount(text, currency) : readWhole(name, text, currency);
  if ("problem" in read) return read;
  const { min, max } = THRESHOLDS[name];
  return read.value < min || read.value > max ? { problem: rangeSentence(name, currency) } : read;
}

function readAmount(text: string, currency: string): { value: number } | { problem: string } {
  const read = parseMoney(text, currency);
  return "minor" in read ? { value: read.minor } : { problem: amountSentence(read.problem, currency) };
}

function amountSentence(problem: MoneyProblem, currency: string): string {
  const digits = minorDigits(currency);
  const example = `${digits ? majorUnits({ minor: 12345 * 10 ** (digits - 1), currency }) : "1234"}`.replace(
    "1",
    "1,",
  );
  switch (problem) {
    case "empty":
      return `Enter an amount, such as ${example}.`;
    case "ambiguous":
      return digits
        ? `This can be read in two ways. Write a point before the decimals, such as ${example}.`
        : `This can be read in two ways. Write it as in ${example}.`;
    case "too-precise":
      return digits
        ? `${currency} has ${digits} decimals. Write the amount as in ${example}.`
        : `${currency} has no decimals. Write the amount as in ${example}.`;
    case "too-large":
      return rangeSentence("highValueMinor", currency);
    case "unreadable":
      return `Write the amount in digits, such as ${example}.`;
  }
}

function readWhole(
  name: ThresholdName,
  text: string,
  currency: string,
): { value: number } | { problem: string } {
  const typed = text.trim();
  const unit = THRESHOLDS[name].unit === "percent" ? "percent" : THRESHOLDS[name].unit;
  if (!typed) return { problem: `Enter a number of ${unit}.` };
  if (/^-?\d+$/.test(typed))
    return typed.length > 15 ? { problem: rangeSentence(name, currency) } : { value: Number(typed) };
  if (/^-?\d*[.,]\d+$/.test(typed)) return { problem: `Enter whole ${unit}, without decimals.` };
  return { problem: `Write the number of ${unit} in digits, such as ${THRESHOLDS[name].initial}.` };
}

function rangeSentence(name: ThresholdName, currency: string): string {
  const { unit, min, max } = THRESHOLDS[name];
  if (unit === "money")
    return `Enter an amount between ${settingText(name, min, currency)} and ${settingText(name, max, currency)}.`;
  return `Enter between ${min} and ${settingText(name, max, currency).replace("%", " percent")}.`;
}
