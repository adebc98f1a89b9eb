/** The bodies of requests, read whole, each up to a limit and all of them together within one budget of memory. */
import type { IncomingMessage, ServerResponse } from "node:http";

const MEBIBYTE = 1024 * 1024;
const PASS_OVER_MS = 1_000;

export type ReadOptions = {
  /** Of this body */
  mostBytes: number;
  memory: BodyMemory;
  /** Sees each part as it comes */
  onChunk?: (chunk: Buffer) => void;
};

/**
 * By events and not as an async iterable, which costs as much again as all the rest of a small request. "close" comes after
 * every end too: an error made for each would cost as much as the signature. "on" costs less than "once" of events that come once.
 * @throws where the client cuts it off
 */
export function readRequestBody(
  request: IncomingMessage,
  response: ServerResponse,
  { mostBytes, memory, onChunk }: ReadOptions,
): Promise<Buffer | "too large" | "no room"> {
  if (Number(request.headers["content-length"]) > mostBytes) return Promise.resolve("too large");
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    const giveUp = (why: "too large" | "no room") => {
      resolve(why);
      memory.release(body);
      chunks = [];
    };
    const body: Body = { size: 0, given: false, refuse: () => giveUp("no room") };
    response.on("close", () => memory.release(body));
    request.on("data", (chunk: Buffer) => {
      if (body.given) return;
      if (body.size + chunk.length > mostBytes) return giveUp("too large");
      if (!memory.hold(body, chunk.length)) return;
      chunks.push(chunk);
      onChunk?.(chunk);
    });
    request.on("end", () => {
      memory.keep(body);
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, body.size));
    });
    request.on("error", reject);
    request.on("close", () => {
      if (!request.complete) reject(new Error("The request was cut off."));
    });
  });
}

/**
 * Lets the rest of a body go by, for a moment: a sender that is cut off while it writes never sees its answer, and one whose
 * body does not end is cut off then.
 */
export function passOver(request: IncomingMessage) {
  const timer = setTimeout(() => request.socket.destroy(), PASS_OVER_MS);
  request.once("end", () => clearTimeout(timer)).once("close", () => clearTimeout(timer));
  request.resume();
}

type Body = {
  size: number;
  /** Its memory has been given back */
  given: boolean;
  refuse: () => void;
};

/**
 * Limits the memory of all request bodies together, each counted until its request is answered. An unsigned client may send
 * a body without end, so over the limit the largest incomplete body is refused; deliveries of a few kilobytes are not affected.
 */
export class BodyMemory {
  #held = 0;
  readonly #coming = new Set<Body>();

  /** A dozen of the largest bodies that Shopify sends by default */
  constructor(private readonly mostBytes = 64 * MEBIBYTE) {}

  /** False when `body` has been refused, by this or before. */
  hold(body: Body, bytes: number): boolean {
    if (body.given) return false;
    body.size += bytes;
    this.#held += bytes;
    this.#coming.add(body);
    while (this.#held > this.mostBytes && this.#coming.size) this.#largest().refuse();
    return !body.given;
  }

  /** It is whole, and refused no more. */
  keep(body: Body) {
    this.#coming.delete(body);
  }

  release(body: Body) {
    if (body.given) return;
    body.given = true;
    this.#coming.delete(body);
    this.#held -= body.size;
  }

  #largest(): Body {
    let largest: Body | undefined;
    for (const body of this.#coming) if (!largest || body.size > largest.size) largest = body;
    return largest!;
  }
}
