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
   * @throws {KeyUnavailableError} when no key of this process opens it, now or later
   * @throws {KeyServiceError} when the KMS (kms.server.ts) does not unwrap it now, and may later
   */
  open(id: string, wrapped?: Buffer): Promise<KeyObject>;
}

/** The first key seals; all of them open. */
export type Keyring = readonly [DataKey, ...DataKey[]];

/** A record names a key that this process does not have: as configured, it will never open. */
export class KeyUnavailableError extends Error {
  readonly name = "KeyUnavailableError";
  readonly code = "KEY_UNAVAILABLE";
  constructor(
    readonly keyId: string,
    sentence = `No key with the id "${keyId}" is in the keyring; add it to ENCRYPTION_KEY after the current one.`,
  ) {
    super(sentence);
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

/** An empty keyring seals and opens nothing: the one of a process whose keys are all in the KMS. */
export function localKeyProvider(keyring: Keyring | []): KeyProvider {
  const byId = new Map(keyring.map((entry) => [entry.id, entry.key]));
  return {
    current: async () => {
      if (!keyring[0]) throw new Error("ENCRYPTION_KEY is not set, so the keyring has nothing to seal with.");
      return keyring[0];
    },
    open: async (id, wrapped) => {
      if (wrapped) throw new KeyUnavailableError(id, wrappedElsewhere(id));
      const key = byId.get(id);
      if (!key) throw new KeyUnavailableError(id);
      return key;
    },
  };
}

function wrappedElsewhere(id: string): string {
  return `The key "${id}" is wrapped by AWS KMS; name that KMS key in KMS_KEY_ID or KMS_KEY_ID_PREVIOUS.`;
}
