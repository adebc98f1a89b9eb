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
