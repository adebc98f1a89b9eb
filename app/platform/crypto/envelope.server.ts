/**
 * Secrets at rest: AES-256-GCM with a random 96-bit IV and a full 128-bit tag. The record is text,
 *
 *     bk1.<key id>.<wrapped data key or empty>.<IV ‖ cipher text ‖ tag>      (the last two in base64url)
 *
 * and is bound to where it belongs: table, store, provider and field are associated data, and so are the format's
 * version and the key id. A record copied to another row, field or store does not open, and neither does one whose
 * header was edited. Nothing that fails to open is ever passed through or taken for an empty value.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  randomBytes,
  timingSafeEqual,
  type KeyObject,
} from "node:crypto";
import { KEY_ID, type DataKey, type KeyProvider } from "./keyring.server";

export const ENCRYPTION_VERSION = 1;
const MAGIC = "bk1";
const ALGORITHM = "aes-256-gcm";
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Where a secret belongs. `storeId` is the shop's domain for rows that precede a store (Session). */
export type SecretPlace = { table: string; storeId: string; provider?: string; field: string };

/** `fingerprint`: a keyed hash of the plaintext, for `isSameSecret`. Hex, 128 bits. */
export type SealedSecret = { envelope: string; keyId: string; version: number; fingerprint: string };

/** A record that must not be believed: damaged, foreign, truncated, or moved. Never carries its content. */
export class EnvelopeError extends Error {
  readonly name = "EnvelopeError";
  constructor(
    readonly code: "MALFORMED" | "UNKNOWN_VERSION" | "NOT_AUTHENTIC",
    place: SecretPlace,
  ) {
    super(`The secret of ${place.table}.${place.field} ${REASON[code]}`);
  }
}

const REASON = {
  MALFORMED: "is not a Backroom envelope.",
  UNKNOWN_VERSION: "was sealed by a newer version of Backroom; this version cannot open it.",
  NOT_AUTHENTIC: "does not open: it was damaged, moved from another row, or sealed under another key.",
} as const;

export async function seal(keys: KeyProvider, place: SecretPlace, plaintext: string): Promise<SealedSecret> {
  const { id, key, wrapped } = await keys.current();
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(associatedData(place, id, wrapped));
  const sealed = Buffer.concat([iv, cipher.update(plaintext, "utf8"), cipher.final(), cipher.getAuthTag()]);
  const envelope = [MAGIC, id, wrapped?.toString("base64url") ?? "", sealed.toString("base64url")].join(".");
  const fingerprint = fingerprintOf(key, place, plaintext);
  return { envelope, keyId: id, version: ENCRYPTION_VERSION, fingerprint };
}

/**
 * @throws {EnvelopeError} when the record is not ours, not intact, or not from this place
 * @throws {KeyUnavailableError} when no key of this process opens it
 * @throws {KeyServiceError} when the KMS does not answer, or refuses, now
 */
export async function open(keys: KeyProvider, place: SecretPlace, envelope: string): Promise<string> {
  const { keyId, wrapped, sealed } = parse(envelope, place);
  const key = await keys.open(keyId, wrapped);
  // authTagLength matters: without it Node accepts a tag cut down to 4 bytes, a 2^-32 forgery.
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(associatedData(place, keyId, wrapped));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    const text = sealed.subarray(IV_BYTES, -TAG_BYTES);
    return Buffer.concat([decipher.update(text), decipher.final()]).toString("utf8");
  } catch {
    throw new EnvelopeError("NOT_AUTHENTIC", place);
  }
}

/** How every record under this key begins. */
export function envelopePrefix({ id, wrapped }: Pick<DataKey, "id" | "wrapped">): string {
  return [MAGIC, id, ...(wrapped ? [wrapped.toString("base64url")] : []), ""].join(".");
}

/** Which key sealed a record, without opening it. */
export function keyIdOf(envelope: string, place: SecretPlace): string {
  return parse(envelope, place).keyId;
}

/**
 * Whether a record holds this secret, told in constant time and without opening it. The hash is keyed by the data key
 * that sealed the record, so it can be compared whatever key is current by now.
 */
export async function isSameSecret(
  keys: KeyProvider,
  place: SecretPlace,
  record: Pick<SealedSecret, "envelope" | "fingerprint">,
  candidate: string,
): Promise<boolean> {
  const { keyId, wrapped } = parse(record.envelope, place);
  const expected = Buffer.from(fingerprintOf(await keys.open(keyId, wrapped), place, candidate));
  const stored = Buffer.from(record.fingerprint);
  return stored.length === expected.length && timingSafeEqual(stored, expected);
}

/** Keyed, so that a stolen database cannot be searched for a guessed secret. */
function fingerprintOf(key: KeyObject, place: SecretPlace, plaintext: string): string {
  const mac = createHmac("sha256", key).update(associatedData(place, "fingerprint")).update(plaintext);
  return mac.digest("hex").slice(0, 32);
}

function parse(envelope: string, place: SecretPlace) {
  const [magic = "", keyId = "", wrappedText = "", sealedText = "", ...rest] = envelope.split(".");
  if (magic !== MAGIC)
    throw new EnvelopeError(/^bk\d+$/.test(magic) ? "UNKNOWN_VERSION" : "MALFORMED", place);
  const wrapped = wrappedText ? canonicalBase64url(wrappedText) : undefined;
  const sealed = canonicalBase64url(sealedText);
  if (rest.length || !KEY_ID.test(keyId) || wrapped === null || !sealed)
    throw new EnvelopeError("MALFORMED", place);
  if (sealed.length < IV_BYTES + TAG_BYTES) throw new EnvelopeError("MALFORMED", place);
  return { keyId, wrapped, sealed };
}

/** One text per value: base64 with stray or unused bits would let a record be changed and still open. */
function canonicalBase64url(text: string): Buffer | null {
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : null;
}

/** JSON of an array of strings is unambiguous: no two lists of parts give the same bytes. */
function associatedData(
  { table, storeId, provider = "", field }: SecretPlace,
  keyId: string,
  wrapped?: Buffer,
): Buffer {
  const header = [MAGIC, ALGORITHM, keyId, wrapped?.toString("base64url") ?? ""];
  return Buffer.from(JSON.stringify([...header, table, storeId, provider, field]));
}
