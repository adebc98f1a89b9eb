import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { majorUnits, parseMoney, minorOfDecimal } from "~/platform/money";

const CURRENCIES = ["USD", "JPY", "KWD"];

describe("an amount in major units", () => {
  it.each([
    [40_000, "USD", "400.00"],
    [5, "USD", "0.05"],
    [-5, "USD", "-0.05"],
    [40_000, "JPY", "40000"],
    [0, "JPY", "0"],
    [40_000, "KWD", "40.000"],
    [Number.MAX_SAFE_INTEGER, "USD", "90071992547409.91"],
  ])("shows %i minor units of %s as %s", (minor, currency, text) => {
    expect(majorUnits({ minor, currency })).toBe(text);
  });

  it("is parsed back to the same amount in currencies with two, no and three decimals", () => {
    const minor = fc.integer({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(minor, fc.constantFrom(...CURRENCIES), (minor, currency) => {
        expect(parseMoney(majorUnits({ minor, currency }), currency)).toEqual({ minor });
      }),
    );
  });

  it("parses any text to an exact amount or a reason, and never throws", () => {
    const typed = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(..."0123456789.,- $'\u0000") }));
    fc.assert(
      fc.property(typed, fc.constantFrom(...CURRENCIES), (text, currency) => {
        const read = parseMoney(text, currency);
        expect("problem" in read || Number.isSafeInteger(read.minor)).toBe(true);
      }),
    );
  });
});

describe("an amount that a person typed", () => {
  it.each([
    ["400", "USD", 40_000],
    ["400.5", "USD", 40_050],
    ["400.", "USD", 40_000],
    [".5", "USD", 50],
    ["0400.00", "USD", 40_000],
    ["1,234.50", "USD", 123_450],
    ["1,234", "USD", 123_400],
    ["12,34,567.50", "INR", 123_456_750],
    ["1\u00a0234.50", "USD", 123_450],
    ["  400 ", "USD", 40_000],
    ["$400", "USD", 40_000],
    ["400 USD", "USD", 40_000],
    ["-1", "USD", -100],
    ["50,000", "JPY", 50_000],
    ["¥50000", "JPY", 50_000],
    ["1.234", "KWD", 1_234],
    ["1,234.500", "KWD", 1_234_500],
    ["1,234,567", "KWD", 1_234_567_000],
    ["0", "USD", 0],
    ["-0", "USD", 0],
  ])("is read from %j in %s", (text, currency, minor) => {
    expect(parseMoney(text, currency)).toEqual({ minor });
  });

  it.each([
    ["", "USD", "empty"],
    ["   ", "USD", "empty"],
    ["$", "USD", "empty"],
    ["1.234,50", "USD", "ambiguous"],
    ["400,5", "USD", "ambiguous"],
    ["400,50", "USD", "ambiguous"],
    ["1.234.567", "USD", "ambiguous"],
    ["1,234", "KWD", "ambiguous"],
    ["4 00", "USD", "ambiguous"],
    ["1.234", "USD", "too-precise"],
    ["400.00", "JPY", "too-precise"],
    ["0.0001", "KWD", "too-precise"],
    ["1e9", "USD", "unreadable"],
    ["0x10", "USD", "unreadable"],
    ["٤٠٠", "USD", "unreadable"],
    ["４００", "USD", "unreadable"],
    ["400\u0000", "USD", "unreadable"],
    ["Infinity", "USD", "unreadable"],
    [".", "USD", "unreadable"],
    ["-", "USD", "unreadable"],
    ["€400", "USD", "unreadable"],
    ["90071992547409.92", "USD", "too-large"],
    ["9".repeat(400), "USD", "too-large"],
  ])("is refused for %j in %s", (text, currency, problem) => {
    expect(parseMoney(text, currency)).toEqual({ problem });
  });
});

describe("an amount in a payload of Shopify's", () => {
  it.each([
    ["12.30", "USD", 1230],
    ["12.3", "USD", 1230],
    ["12", "USD", 1200],
    ["0.00", "USD", 0],
    ["-0.00", "USD", 0],
    ["-5.07", "USD", -507],
    ["1000", "JPY", 1000],
    ["1000.00", "JPY", 1000],
    ["0.400", "KWD", 400],
    ["0.4", "KWD", 400],
    ["0.1000000", "USD", 10],
    ["90071992547409.91", "USD", Number.MAX_SAFE_INTEGER],
  ])("is read from %s in %s as %i minor units", (text, currency, minor) => {
    expect(minorOfDecimal(text, currency)).toBe(minor);
  });

  it.each([
    ["1000.5", "JPY"],
    ["12.301", "USD"],
    ["0.0001", "KWD"],
    ["90071992547409.92", "USD"],
    ["9".repeat(400), "USD"],
    ["1,000.00", "USD"],
    ["$5.00", "USD"],
    ["1e3", "USD"],
    [".5", "USD"],
    ["5.", "USD"],
    [" 5", "USD"],
    ["", "USD"],
  ])("is refused for %j in %s", (text, currency) => {
    expect(minorOfDecimal(text, currency)).toBeNull();
  });
});
