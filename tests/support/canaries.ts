/**
 * Secrets that are recognised wherever they turn up: all of one run carry the same mark, so that one search in every
 * disguise finds any of them, even in part.
 */
import { randomBytes } from "node:crypto";
import { findLeaks } from "./leaks";

export class Canaries {
  /** 128 bits in letters and digits that every kind of secret may hold */
  readonly mark = `CNRY${randomBytes(16).toString("hex")}`;
  #count = 0;
  /** What cannot carry the mark: lines of private keys */
  readonly #lines = new Set<string>();

  /** A new secret, different from every other. */
  next(prefix = "", suffix = ""): string {
    this.#count += 1;
    return `${prefix}${this.mark}x${this.#count.toString(16).padStart(6, "0")}${suffix}`;
  }

  /** A key file counts as one; it is recognised by the lines of its private key. */
  keyFile(json: string): string {
    this.#count += 1;
    const { private_key } = JSON.parse(json) as { private_key: string };
    for (const line of private_key.split("\n").slice(2, -3)) this.#lines.add(line);
    return json;
  }

  get count(): number {
    return this.#count;
  }

  /** Where and how any of them is in `bytes`; none is good. */
  foundIn(bytes: Buffer | string): string[] {
    return findLeaks(Buffer.from(bytes as string), [this.mark, ...this.#lines]);
  }
}
