import { generateKeyPairSync, type KeyPairKeyObjectResult } from "node:crypto";

const made: KeyPairKeyObjectResult[] = [];

/** The `n`-th RSA key of this process, made when it is asked for first: a key takes a quarter of a second. */
export function rsaKey(n: number): KeyPairKeyObjectResult {
  return (made[n] ??= generateKeyPairSync("rsa", { modulusLength: 2048 }));
}
