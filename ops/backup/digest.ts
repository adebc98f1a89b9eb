import { createHash } from "node:crypto";

export type Digest = { bytes: number; sha256: string };

/** Counts and hashes what passes through. */
export class Meter {
  #hash = createHash("sha256");
  #bytes = 0;

  async *through(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      this.#hash.update(chunk);
      this.#bytes += chunk.length;
      yield chunk;
    }
  }

  /** Once, after the end. */
  digest(): Digest {
    return { bytes: this.#bytes, sha256: this.#hash.digest("hex") };
  }
}

export async function digestOf(source: AsyncIterable<Uint8Array>): Promise<Digest> {
  const meter = new Meter();
  for await (const _ of meter.through(source));
  return meter.digest();
}

export function digestOfText(text: string): Digest {
  return { bytes: Buffer.byteLength(text), sha256: createHash("sha256").update(text).digest("hex") };
}

export function isSame(one: Digest, other: Digest): boolean {
  return one.bytes === other.bytes && one.sha256 === other.sha256;
}
