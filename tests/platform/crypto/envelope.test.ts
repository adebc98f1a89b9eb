import { createCipheriv, createSecretKey, randomBytes } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  EnvelopeError,
  isSameSecret,
  keyIdOf,
  open,
  seal,
  type SecretPlace,
} from "~/platform/crypto/envelope.server";
import {
  KeyUnavailableError,
  localKeyProvider,
  type KeyProvider,
  type Keyring,
} from "~/platform/crypto/keyring.server";
import { kmsKeyProvider } from "~/platform/crypto/kms.server";
import { KMS_CREDENTIALS, KMS_REGION, startKms, type LocalKms } from "../../support/kms";

const keyring = (...ids: string[]) =>
  ids.map((id) => ({ id, key: createSecretKey(randomBytes(32)) })) as unknown as Keyring;

const ring = keyring("k1");
const local = localKeyProvider(ring);
const place: SecretPlace = { table: "StoreSecret", storeId: "store-a", provider: "GA4", field: "cipherText" };
const SECRET = "a secret that must stay one";

/** Splits an envelope into its parts, changes the sealed bytes, and puts it together again. */
function tamper(envelope: string, change: (sealed: Buffer) => Buffer): string {
  const parts = envelope.split(".");
  parts[3] = change(Buffer.from(parts[3] ?? "", "base64url")).toString("base64url");
  return parts.join(".");
}

async function refusal(envelope: string, at = place, provider: KeyProvider = local): Promise<Error> {
  try {
    const opened = await open(provider, at, envelope);
    throw new Error(`accepted: ${opened.length} characters came out`);
  } catch (error) {
    return error as Error;
  }
}

function expectTyped(error: Error) {
  expect(error instanceof EnvelopeError || error instanceof KeyUnavailableError, String(error)).toBe(true);
  const told = `${error.message}${error.stack}${JSON.stringify(error)}`;
  for (const encoding of ["utf8", "base64", "hex"] as const)
    expect(told).not.toContain(Buffer.from(SECRET).toString(encoding));
}

let kms: LocalKms;
beforeAll(async () => {
  kms = await startKms();
  aws = kmsKeyProvider(
    {
      names: [kms.createKey()],
      region: KMS_REGION,
      endpoint: kms.endpoint,
      credentials: KMS_CREDENTIALS,
    },
    { now: () => performance.now() },
  );
});
afterAll(() => kms.stop());
let aws: KeyProvider;

/** Whatever the keys come from, the record is as strict. */
const PROVIDERS: [string, () => KeyProvider][] = [
  ["the keyring", () => local],
  ["AWS KMS", () => aws],
];

describe.each(PROVIDERS)("with a key of %s", (_name, provider) => {
  let keys: KeyProvider;
  beforeAll(() => void (keys = provider()));

  describe("an envelope", () => {
    it("opens to exactly the text that was sealed", async () => {
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: "grapheme", maxLength: 300 }), async (text) => {
          expect(await open(keys, place, (await seal(keys, place, text)).envelope)).toBe(text);
        }),
        { numRuns: 200 },
      );
    });

    it("names its key and version, and does not hold its content in the clear", async () => {
      const { envelope, keyId, version } = await seal(keys, place, SECRET);
      const { id } = await keys.current();
      expect({ keyId, version, named: keyIdOf(envelope, place) }).toEqual({
        keyId: id,
        version: 1,
        named: id,
      });
      expect(Buffer.from(envelope.split(".")[3] ?? "", "base64url").includes(SECRET)).toBe(false);
    });

    it("has a different initialisation vector each time", async () => {
      const sealed = await Promise.all(Array.from({ length: 500 }, () => seal(keys, place, SECRET)));
      expect(new Set(sealed.map((s) => s.envelope.split(".")[3]?.slice(0, 16))).size).toBe(500);
    });
  });

  describe("an envelope in the wrong place", () => {
    it.each<[string, Partial<SecretPlace>]>([
      ["another store", { storeId: "store-b" }],
      ["another provider", { provider: "GSC" }],
      ["no provider", { provider: undefined }],
      ["another field", { field: "fingerprint" }],
      ["another table", { table: "Session" }],
      [
        "a store and a provider whose names concatenate to the same text",
        { storeId: "store-aG", provider: "A4" },
      ],
    ])("does not open for %s", async (_name, other) => {
      const { envelope } = await seal(keys, place, SECRET);
      const error = await refusal(envelope, { ...place, ...other }, keys);
      expect(error).toMatchObject({ name: "EnvelopeError", code: "NOT_AUTHENTIC" });
      expectTyped(error);
    });
  });

  describe("a damaged envelope", () => {
    it("does not open with any single bit flipped in the header or in the record", async () => {
      const { envelope } = await seal(keys, place, SECRET);
      const bytes = Buffer.from(envelope);
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        expectTyped(await refusal(flipped.toString("latin1"), place, keys));
      }
      const sealedBits = Buffer.from(envelope.split(".")[3] ?? "", "base64url").length * 8;
      for (let bit = 0; bit < sealedBits; bit++) {
        const error = await refusal(
          tamper(envelope, (sealed) => {
            sealed[bit >> 3]! ^= 1 << (bit & 7);
            return sealed;
          }),
          place,
          keys,
        );
        expect(error).toMatchObject({ code: "NOT_AUTHENTIC" });
      }
    });

    it("does not open with its tag cut to any length from 0 to 15 bytes", async () => {
      const { envelope } = await seal(keys, place, SECRET);
      for (let kept = 0; kept < 16; kept++)
        expectTyped(
          await refusal(
            tamper(envelope, (sealed) => sealed.subarray(0, sealed.length - 16 + kept)),
            place,
            keys,
          ),
        );
    });

    it("does not open when it is cut short at any length", async () => {
      const { envelope } = await seal(keys, place, SECRET);
      for (let length = 0; length < envelope.length; length++)
        expectTyped(await refusal(envelope.slice(0, length), place, keys));
    });

    it.each([
      ["empty", ""],
      ["plaintext", SECRET],
      ["JSON", '{"v":1}'],
      ["a record of prisma-field-encryption", "v1.aesgcm256.abcdef12.aaaa.bbbb"],
      ["too many parts", "bk1.k1..AAAA.AAAA"],
      ["an empty key id", `bk1...${randomBytes(40).toString("base64url")}`],
      ["padding that base64url does not have", `bk1.k1..${randomBytes(40).toString("base64")}`],
    ])("is refused when it is %s", async (_name, text) => {
      const error = await refusal(text, place, keys);
      expect(error).toMatchObject({ code: "MALFORMED" });
      expectTyped(error);
    });

    it("is refused when its base64 has unused bits set, so that each record has one spelling", async () => {
      const { envelope } = await seal(keys, place, "x");
      const last = envelope.at(-1) ?? "";
      const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
      const variants = [...alphabet].filter((c) => c !== last).map((c) => envelope.slice(0, -1) + c);
      for (const variant of variants) expectTyped(await refusal(variant, place, keys));
    });

    it("is refused for each of a hundred thousand random records", async () => {
      const { envelope } = await seal(keys, place, SECRET);
      const ours = [...Array(100)].map(() => tamper(envelope, () => randomBytes(60)));
      for (const text of ours)
        expect(await refusal(text, place, keys)).toMatchObject({ code: "NOT_AUTHENTIC" });
      for (let i = 0; i < 100_000; i++) {
        const text = randomBytes(1 + (i % 64)).toString(i % 2 ? "base64url" : "latin1");
        // An expectation for each would take longer than what it expects.
        const error = await refusal(text, place, keys);
        if (!(error instanceof EnvelopeError)) expect(error, text).toBeInstanceOf(EnvelopeError);
      }
    });
  });

  describe("a fingerprint", () => {
    it("recognises the same secret, but not another one or the same one in another place", async () => {
      const record = await seal(keys, place, SECRET);
      expect(await isSameSecret(keys, place, record, SECRET)).toBe(true);
      expect(await isSameSecret(keys, place, record, `${SECRET} `)).toBe(false);
      expect(await isSameSecret(keys, place, record, "")).toBe(false);
      const elsewhere = await isSameSecret(keys, { ...place, storeId: "store-b" }, record, SECRET);
      expect(elsewhere).toBe(false);
    });

    it("that was tampered with matches no secret", async () => {
      const record = await seal(keys, place, SECRET);
      for (const fingerprint of ["", "0".repeat(32), record.fingerprint.slice(1)])
        expect(await isSameSecret(keys, place, { ...record, fingerprint }, SECRET)).toBe(false);
      const foreign = { ...record, envelope: SECRET };
      await expect(isSameSecret(keys, place, foreign, SECRET)).rejects.toMatchObject({ code: "MALFORMED" });
    });
  });
});

describe("a keyring", () => {
  it("opens what its older key sealed", async () => {
    const { envelope } = await seal(local, place, SECRET);
    const rotated = localKeyProvider([keyring("k2")[0], ring[0]]);
    expect(await open(rotated, place, envelope)).toBe(SECRET);
    expect((await seal(rotated, place, SECRET)).keyId).toBe("k2");
  });

  it("still recognises the same secret after a rotation, by the fingerprint of the record's own key", async () => {
    const record = await seal(local, place, SECRET);
    const rotated = localKeyProvider([keyring("k2")[0], ring[0]]);
    expect(await isSameSecret(rotated, place, record, SECRET)).toBe(true);
    expect(await isSameSecret(rotated, place, record, "another")).toBe(false);
    expect((await seal(rotated, place, SECRET)).fingerprint).not.toBe(record.fingerprint);
  });

  it("names the key that is missing", async () => {
    const { envelope } = await seal(local, place, SECRET);
    const error = await refusal(envelope, place, localKeyProvider(keyring("k2")));
    expect(error).toMatchObject({ name: "KeyUnavailableError", keyId: "k1" });
    expectTyped(error);
  });

  it("does not open with another key of the same name", async () => {
    const { envelope } = await seal(local, place, SECRET);
    expect(await refusal(envelope, place, localKeyProvider(keyring("k1")))).toMatchObject({
      code: "NOT_AUTHENTIC",
    });
  });

  it("does not open an envelope whose header names another of its keys", async () => {
    const both = localKeyProvider([ring[0], { id: "k2", key: ring[0].key }]);
    const { envelope } = await seal(both, place, SECRET);
    expect(await refusal(envelope.replace("bk1.k1.", "bk1.k2."), place, both)).toMatchObject({
      code: "NOT_AUTHENTIC",
    });
  });

  it("refuses a newer version of the envelope as UNKNOWN_VERSION", async () => {
    const { envelope } = await seal(local, place, SECRET);
    expect(await refusal(envelope.replace("bk1.", "bk2."))).toMatchObject({ code: "UNKNOWN_VERSION" });
  });

  it("may carry a wrapped data key, which the envelope binds", async () => {
    const kms: KeyProvider = {
      current: async () => ({ id: "kms", key: ring[0].key, wrapped: Buffer.from("wrapped-1") }),
      open: async (id, wrapped) => {
        if (!wrapped?.toString().startsWith("wrapped-")) throw new KeyUnavailableError(id);
        return ring[0].key;
      },
    };
    const { envelope } = await seal(kms, place, SECRET);
    expect(await open(kms, place, envelope)).toBe(SECRET);
    const swapped = envelope.replace(
      Buffer.from("wrapped-1").toString("base64url"),
      Buffer.from("wrapped-2").toString("base64url"),
    );
    expect(await refusal(swapped, place, kms)).toMatchObject({ code: "NOT_AUTHENTIC" });
  });

  it("refuses a record that was sealed with a short tag under the right key", async () => {
    const iv = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", ring[0].key, iv, { authTagLength: 4 });
    const sealed = Buffer.concat([iv, cipher.update(SECRET), cipher.final(), cipher.getAuthTag()]);
    expectTyped(await refusal(`bk1.k1..${sealed.toString("base64url")}`));
  });
});
