/**
 * Counts what a JSON text would become, while its bytes arrive and before anything parses it. A cap on bytes is not enough: an
 * array of zeros becomes fifty times its size, and a validator makes one issue of each.
 */
export type JsonLimits = {
  /** Values, and names of members */
  nodes: number;
  /** Arrays and objects within each other */
  depth: number;
};

export class JsonLimitError extends Error {
  readonly name = "JsonLimitError";
  readonly code = "JSON_LIMIT";
  constructor(readonly limit: keyof JsonLimits) {
    super(`The JSON has more ${limit === "nodes" ? "values" : "levels"} than are read.`);
  }
}

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** For one text or, with `restart`, for several that count together. It judges no syntax: what is no JSON has few nodes. */
export class JsonMeter {
  #nodes = 1;
  #depth = 0;
  #inString = false;
  #isEscaped = false;

  constructor(private readonly limits: JsonLimits) {}

  /** The next text begins; the nodes of the former ones stay counted. */
  restart(): void {
    this.#depth = 0;
    this.#inString = false;
    this.#isEscaped = false;
    this.#count();
  }

  /**
   * The next bytes, of UTF-8: every byte that means something to JSON is one of ASCII.
   * @throws {JsonLimitError}
   */
  push(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (this.#inString) this.#withinString(byte);
      else this.#structure(byte);
    }
  }

  #withinString(byte: number) {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) this.#inString = false;
  }

  #structure(byte: number) {
    switch (byte) {
      case QUOTE:
        this.#inString = true;
        return;
      case COMMA:
      case COLON:
        return this.#count();
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        if (++this.#depth > this.limits.depth) throw new JsonLimitError("depth");
        return this.#count();
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
        if (this.#depth > 0) this.#depth--;
    }
  }

  #count() {
    if (++this.#nodes > this.limits.nodes) throw new JsonLimitError("nodes");
  }
}
