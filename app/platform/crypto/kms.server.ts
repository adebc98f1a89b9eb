/**
 * Data keys from AWS KMS: it makes them, wraps them under a key that never leaves it, and the wrapped form travels in
 * the record. A data key seals many records and is kept in memory for a while, so that KMS is asked a few times an hour
 * and not once per record (AWS calls this data key caching; its own example keeps a key for 15 minutes).
 */
import { createHash, createSecretKey, type KeyObject } from "node:crypto";
import type { KMS, KMSClientConfig } from "@aws-sdk/client-kms";
import { KeyServiceError, keyServiceError, refusesThisRecord } from "./kms-errors.server";
import { KeyUnavailableError, type DataKey, type KeyProvider } from "./keyring.server";

export type KmsKeys = {
  /** Ids, ARNs or aliases: the first makes data keys, all of them unwrap. */
  names: readonly [string, ...string[]];
  /** Of every name that is not an ARN */
  region?: string;
  endpoint?: string;
  /** By default the AWS SDK's own chain: variables of the process, ~/.aws, the role of the container or machine */
  credentials?: KMSClientConfig["credentials"];
};

export type KmsLimits = {
  /** Milliseconds of any clock that only moves forward */
  now: () => number;
  /** How long a data key is used after it was asked for: as long may a key that AWS has disabled still open records. */
  maxAgeMs?: number;
  /** Records that one data key seals; at 2^20 two of them share a random IV with a chance of 2^-57. */
  maxUses?: number;
  /** Unwrapped data keys in memory */
  maxOpenKeys?: number;
  /** Of one question, the SDK's retries included */
  timeoutMs?: number;
};

const DEFAULTS = { maxAgeMs: 15 * 60_000, maxUses: 1_000_000, maxOpenKeys: 1_000, timeoutMs: 5_000 };

/** KMS unwraps only what was wrapped with the same context, and shows it in its audit log. */
const CONTEXT = { app: "backroom" };

/** Both methods throw {KeyServiceError} while KMS does not answer or refuses; nothing of that is remembered. */
export function kmsKeyProvider(kms: KmsKeys, limits: KmsLimits): KeyProvider {
  const { now, maxAgeMs, maxUses, maxOpenKeys, timeoutMs } = { ...DEFAULTS, ...limits };
  const unwrapped = recentlyMade<KeyObject>({ now, maxAgeMs, maxEntries: maxOpenKeys });
  const clients = new Map<string, Promise<KMS>>();
  let sealing: Promise<{ key: DataKey; since: number; uses: number }> | undefined;

  async function current(): Promise<DataKey> {
    for (;;) {
      const asked = (sealing ??= generate());
      const lease = await asked.catch((error: unknown) => {
        if (sealing === asked) sealing = undefined;
        throw error;
      });
      if (lease.uses < maxUses && now() - lease.since < maxAgeMs) {
        lease.uses += 1;
        return lease.key;
      }
      // The first to find it worn out puts it away; the others find its successor being made.
      if (sealing === asked) sealing = undefined;
    }
  }

  async function open(id: string, wrapped?: Buffer): Promise<KeyObject> {
    if (!wrapped) throw new KeyUnavailableError(id);
    return unwrapped(wrapped.toString("base64"), () => unwrap(id, wrapped));
  }

  async function generate() {
    const since = now();
    const [name] = kms.names;
    const answer = await ask(name, (client, options) =>
      client.generateDataKey({ KeyId: name, KeySpec: "AES_256", EncryptionContext: CONTEXT }, options),
    );
    const key = secretKey(answer.Plaintext);
    const wrapped = Buffer.from(answer.CiphertextBlob ?? []);
    // Whoever reads what was just sealed need not ask again.
    void unwrapped(wrapped.toString("base64"), async () => key);
    return { key: { id: idOf(answer.KeyId ?? name), key, wrapped }, since, uses: 0 };
  }

  /** The record does not say which of our names wrapped its key: an alias may have moved on since. */
  async function unwrap(id: string, wrapped: Buffer): Promise<KeyObject> {
    let refusal: unknown = new KeyUnavailableError(id, notOurs(id));
    for (const name of kms.names) {
      try {
        const question = { KeyId: name, CiphertextBlob: wrapped, EncryptionContext: CONTEXT };
        return secretKey((await ask(name, (client, options) => client.decrypt(question, options))).Plaintext);
      } catch (error) {
        if (!refusesThisRecord(error)) refusal = error;
      }
    }
    throw refusal;
  }

  async function ask<T>(
    name: string,
    question: (client: KMS, options: { abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    try {
      const client = await (clients.get(name) ?? connect(name));
      return await question(client, { abortSignal: AbortSignal.timeout(timeoutMs) });
    } catch (error) {
      throw refusesThisRecord(error) ? error : keyServiceError(error, name);
    }
  }

  /** Loaded at the first question: a process without KMS does not pay for the SDK. */
  function connect(name: string): Promise<KMS> {
    const region = regionOf(name) ?? kms.region;
    const { endpoint, credentials } = kms;
    const client = import("@aws-sdk/client-kms").then(
      (sdk) => new sdk.KMS({ region, endpoint, credentials }),
    );
    clients.set(name, client);
    return client;
  }

  return { current, open };
}

/** The region that an ARN names; undefined for an id or an alias. */
export function regionOf(name: string): string | undefined {
  return name.startsWith("arn:") ? name.split(":")[3] : undefined;
}

/** Short enough for a record, and the same whether the key was named by its id, its ARN or an alias. */
function idOf(arn: string): string {
  return `kms-${createHash("sha256").update(arn).digest("hex").slice(0, 16)}`;
}

/** The SDK's copy of the bytes is wiped; what stays is in OpenSSL's hands. */
function secretKey(bytes: Uint8Array | undefined): KeyObject {
  if (bytes?.length !== 32)
    throw new KeyServiceError("KMS_KEY_UNUSABLE", "AWS KMS answered without a 256-bit data key.");
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}

function notOurs(id: string): string {
  return `The data key "${id}" was not wrapped by the key of KMS_KEY_ID or KMS_KEY_ID_PREVIOUS for this app, or it is damaged; name the KMS key that wrapped it in KMS_KEY_ID_PREVIOUS.`;
}

/** What was made lately, bounded in number and age. Those who ask at once share one making; a failure is not kept. */
function recentlyMade<T>(bounds: { now: () => number; maxAgeMs: number; maxEntries: number }) {
  const { now, maxAgeMs, maxEntries } = bounds;
  const entries = new Map<string, { value: Promise<T>; since: number }>();
  const isFresh = ({ since }: { since: number }) => now() - since < maxAgeMs;

  return (name: string, make: () => Promise<T>): Promise<T> => {
    const found = entries.get(name);
    entries.delete(name);
    if (found && isFresh(found)) {
      // Last used, last to go.
      entries.set(name, found);
      return found.value;
    }
    for (const [other, entry] of entries) if (!isFresh(entry)) entries.delete(other);
    const made = { since: now(), value: make() };
    entries.set(name, made);
    if (entries.size > maxEntries) entries.delete(entries.keys().next().value!);
    made.value.catch(() => entries.get(name) === made && entries.delete(name));
    return made.value;
  };
}
