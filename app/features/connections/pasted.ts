/** What a merchant pasted into a field: taken as it was meant where that is harmless, or the sentence to show beside it. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; sentence: string };

export const yes = <T>(value: T): Parsed<T> => ({ ok: true, value });
export const no = (sentence: string): Parsed<never> => ({ ok: false, sentence });

/** Quotes around quotes around quotes; more than this is not a copy of anything. */
const MOST_LAYERS = 5;

/** Without the spaces, line breaks and quotation marks that come along when something is copied. */
export function tidied(pasted: string, layers = MOST_LAYERS): string {
  const text = pasted.replace(/[\u200b-\u200d\u2060\ufeff]/g, "").trim();
  const [, inner] = /^["'`“”‘’«»<](.*)["'`“”‘’«»>][,;]?$/s.exec(text) ?? [];
  return inner === undefined || layers === 0 ? text : tidied(inner, layers - 1);
}

/** A key or token on one line: it has no space in it, so a line break in the middle came from an e-mail or a terminal. */
export function unwrapped(pasted: string): string {
  // Not one expression with \s* on both sides: over a long run of spaces it would take the square of its length.
  const lines = tidied(pasted).split(/[\r\n]/);
  return lines.map((line) => line.trim()).join("");
}
