import { JsonLimitError, JsonMeter, type JsonLimits } from "./json-meter";

export type EventStreamLimits = JsonLimits & {
  /** Lines of any kind: comments and empty events cost a reader time, too */
  lines: number;
};

export class EventStreamLimitError extends Error {
  readonly name = "EventStreamLimitError";
  readonly code = "EVENT_STREAM_LIMIT";
  constructor() {
    super("The event stream has more lines than are read.");
  }
}

const [LINE_FEED, CARRIAGE_RETURN] = [0x0a, 0x0d];
const DATA = [...new TextEncoder().encode("data:")];
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/**
 * The same for server-sent events, whose data is JSON: https://html.spec.whatwg.org/multipage/server-sent-events.html. An event's
 * data may lie on several lines; all events of a stream count together.
 */
export class EventStreamMeter {
  readonly #json: JsonMeter;
  #lines = 0;
  /** Bytes of the line so far, up to the length of "data:" */
  #place = 0;
  #isData = true;
  #isAfterReturn = false;

  constructor(private readonly limits: EventStreamLimits) {
    this.#json = new JsonMeter(limits);
  }

  /** @throws {EventStreamLimitError | JsonLimitError} */
  push(bytes: Uint8Array): void {
    let from = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte !== LINE_FEED && byte !== CARRIAGE_RETURN) continue;
      this.#part(bytes.subarray(from, at));
      from = at + 1;
      // "\r\n" ends one line.
      if (byte === LINE_FEED && this.#isAfterReturn && this.#place === 0) this.#isAfterReturn = false;
      else this.#endOfLine(byte);
    }
    this.#part(bytes.subarray(from));
  }

  /** Of one line, which may come in several. */
  #part(bytes: Uint8Array) {
    if (!bytes.length) return;
    this.#isAfterReturn = false;
    let at = 0;
    // Before the first line there may be a byte order mark, which readers skip.
    while (this.#lines === 0 && this.#place === 0 && BYTE_ORDER_MARK.includes(bytes[at]!)) at++;
    for (; at < bytes.length && this.#place < DATA.length; at++, this.#place++)
      if (bytes[at] !== DATA[this.#place]) this.#isData = false;
    if (this.#isData && this.#place === DATA.length) this.#json.push(bytes.subarray(at));
  }

  #endOfLine(byte: number) {
    if (++this.#lines > this.limits.lines) throw new EventStreamLimitError();
    if (this.#place === 0) this.#json.restart();
    this.#place = 0;
    this.#isData = true;
    this.#isAfterReturn = byte === CARRIAGE_RETURN;
  }
}

/** Whether a body was refused for what it would become, and not for what it says. */
export function isBeyondLimits(error: unknown): error is JsonLimitError | EventStreamLimitError {
  return error instanceof JsonLimitError || error instanceof EventStreamLimitError;
}
