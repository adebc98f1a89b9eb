import type { Money } from "./shopify-data";

/** Minor units (cents, yen, fils) as Shopify writes money: a decimal string with the currency's own digits. */
export function moneyOfMinor(minor: number, currencyCode: string): Money {
  const digits = fractionDigits(currencyCode);
  return { amount: (minor / 10 ** digits).toFixed(Math.max(digits, 1)), currencyCode };
}

/** The way back, exact for every amount that `moneyOfMinor` wrote. */
export function minorOfMoney({ amount, currencyCode }: Money): number {
  return Math.round(Number(amount) * 10 ** fractionDigits(currencyCode));
}

function fractionDigits(currency: string): number {
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}
