/**
 * Values that honest clients do not send, from a seeded generator: the same seed is the same sequence on every machine.
 * STRANGE=20 makes the tests that use them twenty times as long.
 */
export type Random = { below: (n: number) => number; pick: <T>(values: readonly T[]) => T };

export const STRANGE_TIMES = Math.max(1, Number(process.env.STRANGE) || 1);

/** mulberry32 (public domain) */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const below = (n: number) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n);
  };
  return { below, pick: (values) => values[below(values.length)]! };
}

/** Texts for fields, queries and headers; each may stand in a JavaScript string. */
export const STRANGE_TEXTS = [
  ...[
    "",
    " ",
    "0",
    "-1",
    "1e999",
    "-0",
    "NaN",
    "Infinity",
    "null",
    "undefined",
    "true",
    "[]",
    "{}",
    "[object Object]",
  ],
  ...[
    "1e200000",
    "9".repeat(400),
    "0x10",
    "1.5",
    "9007199254740993",
    "99999999999999999999",
    "2147483648",
    "-2147483649",
  ],
  ...[
    "0000-01-01",
    "0000-01-01T00:00:00Z",
    "0000-00-00T00:00:00.000Z",
    "9999-12-31T23:59:59-23:59",
    "99999-01-01T00:00:00Z",
  ],
  ...[
    "-000001-01-01T00:00:00Z",
    "+275760-09-13T00:00:00.001Z",
    "2026-02-30",
    "2026-13-01T25:61:61Z",
    "1969-12-31T23:59:59Z",
  ],
  ...["\u0000", "a\u0000b", "\ud800", "\udc00x", "\ufffe\uffff", "\u202e", "é".repeat(300), "😀".repeat(100)],
  ...[
    "x".repeat(5_000),
    '\'; DROP TABLE "Store"; --',
    "%",
    "_",
    "\\",
    "\\u0000",
    "${7*7}",
    "../../etc/passwd",
    "<script>",
  ],
  ...[
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "a,b,,c",
    "a;b",
    "\r\nX: y",
    "\t",
    "gid://shopify/Order/1",
  ],
  ...[
    "gid://shopify/Order/99999999999999999999999",
    "eyJhbGciOiJub25lIn0.e30.",
    "AAAA",
    "=",
    "a=b",
    "http://[::1",
    "https://ü.example",
  ],
] as const;

/** Values for JSON. */
export function strangeJson(random: Random): unknown {
  return random.pick<() => unknown>([
    () => random.pick(STRANGE_TEXTS),
    () => random.pick(STRANGE_TEXTS),
    () =>
      random.pick([
        0,
        -1,
        1.5,
        -0.0,
        1e21,
        1e308,
        2 ** 31,
        2 ** 53 + 2,
        -(2 ** 63),
        5e-324,
        null,
        true,
        false,
      ]),
    () => random.pick<unknown>([[], {}, [[]], [null], [{}], { "": "" }, { __proto__x: 1 }, [1, "1", null]]),
    () => nested(random.below(150)),
    () => ({ [random.pick(STRANGE_TEXTS)]: random.pick(STRANGE_TEXTS) }),
    () => Array.from({ length: random.below(300) }, () => random.pick(STRANGE_TEXTS)),
    () => ({ ["k".repeat(random.below(20_000))]: 1 }),
  ])();
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = i % 2 ? [value] : { a: value };
  return value;
}

/** A copy of `good` in which one to three places hold something else, or nothing; `often` names those that matter most. */
export function spoiled(random: Random, good: unknown, often: RegExp): unknown {
  const copy = structuredClone(good);
  for (let i = random.below(3); i >= 0; i--) spoilOne(random, copy, often);
  return copy;
}

function spoilOne(random: Random, root: unknown, often: RegExp) {
  let at = root as Record<string, unknown>;
  for (;;) {
    const all = Object.keys(at);
    const favoured = random.below(5) ? all.filter((key) => often.test(key)) : [];
    const keys = favoured.length ? favoured : all;
    if (!keys.length) return;
    const key = random.pick(keys);
    const child = at[key];
    if (typeof child === "object" && child !== null && Object.keys(child).length && random.below(2)) {
      at = child as Record<string, unknown>;
      continue;
    }
    if (random.below(8) === 0) delete at[key];
    else at[key] = strangeJson(random);
    return;
  }
}
