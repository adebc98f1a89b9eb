/**
 * Measures an answer while its bytes arrive, before anything parses it. A cap on bytes does not bound what a parser makes of
 * them: 5 MB of zeros are 2.6 million values. One pass, no allocation; what it counts is at least what JSON.parse would make.
 */
import { OutboundError } from "./outbound-error.server";

export type AnswerLimits = {
  /** JSON values: members, elements, and the arrays and objects themselves */
  values: number;
  /** Arrays and objects within each other */
  depth: number;
  /** Of an event stream, comments and empty lines included */
  lines: number;
  bytes: number;
};

/** What several answers may have together. */
export class AnswerBudget {
  values = 0;
  lines = 0;
  bytes = 0;
  constructor(
    readonly host: string,
    readonly limits: AnswerLimits,
  ) {}
}

const [TAB, LF, CR, SPACE, QUOTE, COMMA, OPEN, BACKSLASH, CLOSE] = [
  9, 10, 13, 32, 34, 44, 91, 92, 93,
] as const;
const [OPEN_BRACE, CLOSE_BRACE] = [123, 125] as const;
const BYTE_ORDER_MARK: readonly number[] = [0xef, 0xbb, 0xbf];

export class AnswerMeter {
  /** Null until the first byte that is neither space nor byte order mark. What begins otherwise is no JSON document. */
  #isJson: boolean | null;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #lineIsEmpty = true;
  #afterCr = false;

  constructor(
    readonly budget: AnswerBudget,
    readonly isEventStream: boolean,
  ) {
    this.#isJson = isEventStream ? true : null;
  }

  /** @throws {OutboundError} TOO_LARGE or TOO_COMPLEX at the byte that is too much */
  push(chunk: Uint8Array): void {
    const { budget } = this;
    budget.bytes += chunk.byteLength;
    if (budget.bytes > budget.limits.bytes)
      throw new OutboundError("TOO_LARGE", `The answer of ${budget.host} is larger than Backroom reads.`);
    if (this.#isOther()) return;
    for (const byte of chunk) {
      if (this.isEventStream && (byte === LF || byte === CR)) this.#endLine(byte);
      else if (this.#isJson === null) this.#begin(byte);
      else this.#count(byte);
      if (this.#isOther()) return;
    }
  }

  #isOther(): boolean {
    return this.#isJson === false;
  }

  #begin(byte: number) {
    if (byte === SPACE || byte === LF || byte === CR || byte === TAB || BYTE_ORDER_MARK.includes(byte))
      return;
    this.#isJson = byte === OPEN || byte === OPEN_BRACE;
    if (this.#isJson) this.#count(byte);
  }

  #count(byte: number) {
    this.#lineIsEmpty = false;
    this.#afterCr = false;
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) this.#inString = false;
    } else if (byte === QUOTE) this.#inString = true;
    else if (byte === COMMA) this.#addValue();
    else if (byte === OPEN || byte === OPEN_BRACE) {
      this.#addValue();
      if (++this.#depth > this.budget.limits.depth) throw this.#tooComplex();
    } else if ((byte === CLOSE || byte === CLOSE_BRACE) && this.#depth > 0) this.#depth--;
  }

  /** A JSON string has no line break in it; an empty line ends an event, and with it a document. */
  #endLine(byte: number) {
    const isSecondHalf = byte === LF && this.#afterCr;
    this.#afterCr = byte === CR;
    if (isSecondHalf) return;
    this.#inString = false;
    this.#escaped = false;
    if (this.#lineIsEmpty) this.#depth = 0;
    this.#lineIsEmpty = true;
    if (++this.budget.lines > this.budget.limits.lines) throw this.#tooComplex();
  }

  #addValue() {
    if (++this.budget.values > this.budget.limits.values) throw this.#tooComplex();
  }

  #tooComplex(): OutboundError {
    return new OutboundError(
      "TOO_COMPLEX",
      `The answer of ${this.budget.host} has more parts than Backroom reads.`,
    );
  }
}

export function isEventStream(contentType: string | null): boolean {
  return /^\s*text\/event-stream\b/i.test(contentType ?? "");
}
