/**
 * Where data keys come from. The cipher (envelope.server.ts) asks a `KeyProvider` and never sees where a key lives:
 * a local keyring (ENCRYPTION_KEY) holds the keys itself; a KMS hands out data keys wrapped under a key that never
 * leaves it, and the wrapped form travels in the record.
 */
import { createSecretKey, type KeyObject } from "node:crypto";

/**
 * An AES-256 key, its id, and, from a KMS, its wrapped form. A KeyObject and not its bytes: OpenSSL takes it without
 * copying, and nothing that prints or serialises it shows them.
 */
export type DataKey = { id: string; key: KeyObject; wrapped?: Buffer };

export interface KeyProvider {
  /** The key to seal with now. */
  current(): Promise<DataKey>;
  /**
   * The key that sealed a record.
   * @throws {KeyUnavailableError} when no key has this id, or the KMS refuses to unwrap it
   */
  open(id: string, wrapped?: Buffer): Promise<KeyObject>;
}

/** The first key seals; all of them open. */
export type Keyring = readonly [DataKey, ...DataKey[]];

/** A record names a key that this process does not have. */
export class KeyUnavailableError extends Error {
  readonly name = "KeyUnavailableError";
  readonly code = "KEY_UNAVAILABLE";
  constructor(readonly keyId: string) {
    super(`No key with the id "${keyId}" is in the keyring; add it to ENCRYPTION_KEY after the current one.`);
  }
}

export const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;

/** `id:base64key[,older…]` as a keyring, or a sentence that completes "ENCRYPTION_KEY …" and repeats no key. */
export function parseKeyring(value: string): Keyring | string {
  const keys: DataKey[] = [];
  for (const [i, entry] of value.split(",").entries()) {
    const [id = "", encoded = ""] = entry.trim().split(":", 2);
    const key = Buffer.from(encoded, "base64");
    if (!KEY_ID.test(id))
      return `entry ${i + 1} has no usable id; write id:base64key, the id in letters, digits, - or _.`;
    if (key.length !== 32 || key.toString("base64") !== encoded)
      return `entry ${i + 1} ("${id}") is not 32 bytes of base64; make one with: openssl rand -base64 32.`;
    if (keys.some((other) => other.id === id)) return `uses the id "${id}" twice; every key needs its own.`;
    keys.push({ id, key: createSecretKey(key) });
  }
  return keys as [DataKey, ...DataKey[]];
}

export function localKeyProvider(keyring: Keyring): KeyProvider {
  const byId = new Map(keyring.map((entry) => [entry.id, entry.key]));
  return {
    current: async () => keyring[0],
    open: async (id) => {
      const key = byId.get(id);
      if (!key) throw new KeyUnavailableError(id);
      return key;
    },
  };
}
