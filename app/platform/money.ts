/** An amount in the minor units of its ISO 4217 currency: { minor: 1999, currency: "USD" } is $19.99. */
export type Money = { minor: number; currency: string };

/**
 * A BIGINT column as a number. Exact up to 9 × 10¹⁵ minor units.
 * @throws {RangeError} past that, rather than rounding somebody's money
 */
export function minorUnits(value: bigint): number {
  const minor = Number(value);
  if (!Number.isSafeInteger(minor)) throw new RangeError("The amount is too large to be shown exactly.");
  return minor;
}

/** How many digits follow the decimal point: 2 for USD, 0 for JPY, 3 for KWD (ISO 4217, by way of Intl). */
export function minorDigits(currency: string): number {
  return (
    new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2
  );
}

/** The amount as a person of `locale` writes it. `compact` drops the minor digits, for tiles and axes. */
export function formatMoney(money: Money, locale = "en-US", options: { compact?: boolean } = {}): string {
  const digits = minorDigits(money.currency);
  return new Intl.NumberFormat(locale, {
    style: "currency",
    currency: money.currency,
    ...(options.compact ? { maximumFractionDigits: 0 } : {}),
  }).format(money.minor / 10 ** digits);
}

/** The amount in its major units, as a form shows it: "400.00" in USD, "400" in JPY, "0.400" in KWD. Exact. */
export function majorUnits({ minor, currency }: Money): string {
  const digits = minorDigits(currency);
  const text = String(Math.abs(minor)).padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits);
  return `${minor < 0 ? "-" : ""}${whole}${digits ? `.${text.slice(-digits)}` : ""}`;
}

/**
 * An amount as Shopify's payloads write it ("12.30", "1000", "0.400"), in minor units, without ever being a float. A zero
 * past the currency's digits is no precision: "1000.00" yen are 1000. Null when it is no amount, or finer than the
 * currency has coins.
 */
export function minorOfDecimal(text: string, currency: string): number | null {
  const [, sign = "", whole, fraction = ""] = DECIMAL.exec(text) ?? [];
  if (whole === undefined) return null;
  const digits = minorDigits(currency);
  const significant = fraction.replace(/0+$/, "");
  if (significant.length > digits) return null;
  const minor = Number(`${sign}${whole}${significant.padEnd(digits, "0")}`);
  return Number.isSafeInteger(minor) ? minor || 0 : null;
}

const DECIMAL = /^(-?)(\d{1,16})(?:\.(\d{1,20}))?$/;

/** Why a text is no amount. "ambiguous": some people would read one amount in it, some another. */
export type MoneyProblem = "empty" | "unreadable" | "ambiguous" | "too-precise" | "too-large";

/**
 * An amount that a person typed in major units, written as this app writes amounts: a point before the decimals, commas
 * or spaces between thousands, the currency's code or symbol around it if need be. Nothing is guessed: "1.234,50",
 * "400,5" and, where a currency has three decimals, "1,234" are ambiguous.
 */
export function parseMoney(text: string, currency: string): { minor: number } | { problem: MoneyProblem } {
  const bare = withoutCurrency(text.trim(), currency);
  if (!bare) return { problem: "empty" };
  if (bare.length > LONGEST_AMOUNT) return { problem: "too-large" };
  const [, sign, whole = "", fraction = ""] = AMOUNT.exec(bare) ?? [];
  if (!whole && !fraction)
    return { problem: /^[-\d.,\s]*\d[\d.,\s]*$/.test(bare) ? "ambiguous" : "unreadable" };
  const digits = minorDigits(currency);
  if (digits === 3 && /^-?\d{1,3},\d{3}$/.test(bare)) return { problem: "ambiguous" };
  if (fraction.length > digits) return { problem: "too-precise" };
  const minor = Number(`${sign}${whole.replace(/[,\s]/g, "")}${fraction.padEnd(digits, "0")}`);
  return Number.isSafeInteger(minor) ? { minor: minor || 0 } : { problem: "too-large" };
}

/** Groups of two before the last three as well: India writes 12,34,567.50. */
const AMOUNT = /^(-?)(\d*|\d{1,3}(?:[,\s]\d{2,3})*[,\s]\d{3})(?:\.(\d*))?$/;
const LONGEST_AMOUNT = 40;

function withoutCurrency(text: string, currency: string): string {
  const names = (["symbol", "narrowSymbol", "code"] as const).map((currencyDisplay) => {
    const format = new Intl.NumberFormat("en-US", { style: "currency", currency, currencyDisplay });
    return format.formatToParts(0).find(({ type }) => type === "currency")?.value ?? currency;
  });
  const name = names.find((name) => text.startsWith(name) || text.endsWith(name));
  if (!name) return text;
  return (text.startsWith(name) ? text.slice(name.length) : text.slice(0, -name.length)).trim();
}
