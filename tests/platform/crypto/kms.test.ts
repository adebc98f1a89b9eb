import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { open, seal, type SecretPlace } from "~/platform/crypto/envelope.server";
import { createKeyProvider } from "~/platform/crypto/keys.server";
import {
  KeyUnavailableError,
  localKeyProvider,
  parseKeyring,
  type Keyring,
} from "~/platform/crypto/keyring.server";
import { kmsKeyProvider, type KmsLimits } from "~/platform/crypto/kms.server";
import { KeyServiceError } from "~/platform/crypto/kms-errors.server";
import {
  badGateway,
  hangUp,
  KMS_CREDENTIALS,
  KMS_REGION,
  refusal,
  silence,
  startKms,
  type LocalKms,
} from "../../support/kms";

const place: SecretPlace = { table: "StoreSecret", storeId: "store-a", provider: "GA4", field: "cipherText" };
const SECRET = "a secret that must stay one";
const MINUTE = 60_000;

let kms: LocalKms;
let arn: string;
let clock = 0;
beforeAll(async () => void (kms = await startKms()));
afterAll(() => kms.stop());
beforeEach(() => {
  arn = kms.createKey();
  kms.fail();
  kms.calls.length = 0;
  clock = 1_000_000;
});

function provider(limits: Partial<KmsLimits> = {}, ...names: string[]) {
  const { endpoint } = kms;
  const [first = arn, ...others] = names;
  return kmsKeyProvider(
    { names: [first, ...others], region: KMS_REGION, endpoint, credentials: KMS_CREDENTIALS },
    { now: () => clock, ...limits },
  );
}

const asked = () => kms.calls.map(({ target }) => target);

async function failure(work: Promise<unknown>): Promise<Error & { code?: string; retryable?: boolean }> {
  return work.then(
    () => expect.fail("it worked"),
    (error: unknown) => error as Error,
  );
}

describe("the data key that seals", () => {
  it("is made once for all who ask at once, and opens what it sealed without another question", async () => {
    const keys = provider();
    const sealed = await Promise.all(Array.from({ length: 200 }, () => seal(keys, place, SECRET)));
    for (const { envelope } of sealed) expect(await open(keys, place, envelope)).toBe(SECRET);
    expect(kms.calls).toEqual([{ target: "GenerateDataKey", keyId: arn, context: { app: "backroom" } }]);
  });

  it("costs one question for 10,000 operations, whether it is the first or not", async () => {
    const keys = provider();
    for (const round of [1, 2]) {
      kms.calls.length = 0;
      for (let i = 0; i < 5_000; i++) await open(keys, place, (await seal(keys, place, `${i}`)).envelope);
      expect(kms.calls.length).toBe(round === 1 ? 1 : 0);
    }
  });

  it("is used to the last millisecond of its 15 minutes, and not one longer", async () => {
    const keys = provider();
    const { wrapped } = await keys.current();
    clock += 15 * MINUTE - 1;
    expect((await keys.current()).wrapped).toEqual(wrapped);
    clock += 1;
    expect((await keys.current()).wrapped).not.toEqual(wrapped);
    expect(asked()).toEqual(["GenerateDataKey", "GenerateDataKey"]);
  });

  it("is used exactly as often as it may be, and by those who ask at once together", async () => {
    const keys = provider({ maxUses: 100 });
    const used = await Promise.all(Array.from({ length: 100 }, () => keys.current()));
    expect(new Set(used.map(({ wrapped }) => wrapped)).size).toBe(1);
    expect(asked().length).toBe(1);
    const next = await Promise.all(Array.from({ length: 101 }, () => keys.current()));
    expect(new Set(next.map(({ wrapped }) => wrapped)).size).toBe(2);
    expect(asked().length).toBe(3);
  });

  it("ages from the moment it was asked for, not from the answer", async () => {
    const keys = provider();
    const pending = keys.current();
    clock += 15 * MINUTE - 1;
    const { wrapped } = await pending;
    clock += 1;
    expect((await keys.current()).wrapped).not.toEqual(wrapped);
  });

  it("has the same id in every record of one KMS key, by whatever name it is called", async () => {
    const aliased = kms.createKey("alias/desk");
    const ids = [];
    for (const name of ["alias/desk", aliased, aliased.split("/")[1]!])
      ids.push((await provider({}, name).current()).id);
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^kms-[0-9a-f]{16}$/);
    expect(ids[0]).not.toBe((await provider().current()).id);
  });
});

describe("a wrapped data key", () => {
  const sealedElsewhere = async () => (await seal(provider(), place, SECRET)).envelope;

  it("is unwrapped once for all who open at once, and kept to the last millisecond of its 15 minutes", async () => {
    const envelope = await sealedElsewhere();
    const keys = provider();
    kms.calls.length = 0;
    const opened = await Promise.all(Array.from({ length: 200 }, () => open(keys, place, envelope)));
    expect(new Set(opened)).toEqual(new Set([SECRET]));
    clock += 15 * MINUTE - 1;
    await open(keys, place, envelope);
    expect(asked()).toEqual(["Decrypt"]);
    clock += 1;
    await open(keys, place, envelope);
    expect(asked()).toEqual(["Decrypt", "Decrypt"]);
  });

  it("makes room when there are too many: the one that was not used for longest", async () => {
    const [a, b, c] = await Promise.all([sealedElsewhere(), sealedElsewhere(), sealedElsewhere()]);
    const keys = provider({ maxOpenKeys: 2 });
    for (const envelope of [a, b, a, c]) await open(keys, place, envelope);
    kms.calls.length = 0;
    await open(keys, place, a);
    await open(keys, place, c);
    expect(asked()).toEqual([]);
    await open(keys, place, b);
    expect(asked()).toEqual(["Decrypt"]);
  });

  it("does not open another record, nor any under the name of another key", async () => {
    const [a, b] = [await sealedElsewhere(), await sealedElsewhere()];
    const swapped = a.split(".").map((part, i) => (i === 2 ? b.split(".")[2] : part));
    expect(await failure(open(provider(), place, swapped.join(".")))).toMatchObject({
      code: "NOT_AUTHENTIC",
    });
    const renamed = a.replace(/^bk1\.[^.]+/, "bk1.kms-0000000000000000");
    expect(await failure(open(provider(), place, renamed))).toMatchObject({ code: "NOT_AUTHENTIC" });
    const bare = a.split(".").map((part, i) => (i === 2 ? "" : part));
    expect(await failure(open(provider(), place, bare.join(".")))).toBeInstanceOf(KeyUnavailableError);
  });

  it("of another KMS key is refused for good, and opens once that key is named as a previous one", async () => {
    const envelope = await sealedElsewhere();
    const other = kms.createKey();
    const error = await failure(open(provider({}, other), place, envelope));
    expect(error).toMatchObject({ name: "KeyUnavailableError", code: "KEY_UNAVAILABLE" });
    expect(error.message).toMatch(/name the KMS key that wrapped it in KMS_KEY_ID_PREVIOUS\.$/);
    expect(await open(provider({}, other, arn), place, envelope)).toBe(SECRET);
  });

  it("opens although another of the previous keys is gone", async () => {
    const envelope = await sealedElsewhere();
    expect(await open(provider({}, kms.createKey(), "alias/gone", arn), place, envelope)).toBe(SECRET);
  });
});

describe("a KMS that gives no key", () => {
  it.each([
    ["DisabledException", refusal("DisabledException"), "KMS_KEY_DISABLED", false, /enable it again/],
    ["KMSInvalidStateException", refusal("KMSInvalidStateException"), "KMS_KEY_DISABLED", false, /enable it/],
    ["NotFoundException", refusal("NotFoundException"), "KMS_KEY_NOT_FOUND", false, /correct KMS_KEY_ID/],
    ["InvalidKeyUsageException", refusal("InvalidKeyUsageException"), "KMS_KEY_UNUSABLE", false, /symmetric/],
    ["AccessDeniedException", refusal("AccessDeniedException"), "KMS_ACCESS_DENIED", false, /kms:Decrypt/],
    ["ExpiredTokenException", refusal("ExpiredTokenException"), "KMS_ACCESS_DENIED", false, /credentials/],
    ["ThrottlingException", refusal("ThrottlingException"), "KMS_THROTTLED", true, /try again in a moment/],
    [
      "KMSInternalException",
      refusal("KMSInternalException", 500),
      "KMS_UNREACHABLE",
      true,
      /does not answer/,
    ],
    ["a 502 of a proxy", badGateway, "KMS_UNREACHABLE", true, /does not answer/],
    ["a connection that breaks", hangUp, "KMS_UNREACHABLE", true, /does not answer/],
    ["silence", silence, "KMS_UNREACHABLE", true, /does not answer/],
  ] as const)(
    "(%s) is an error with a name, and works as soon as it is over",
    async (_, answer, code, retryable, sentence) => {
      const { envelope } = await seal(provider(), place, SECRET);
      const keys = provider({ timeoutMs: answer === silence ? 300 : 5_000 });
      kms.fail(answer);
      for (const work of [() => seal(keys, place, SECRET), () => open(keys, place, envelope)]) {
        const error = await failure(work());
        expect(error).toBeInstanceOf(KeyServiceError);
        expect({ code: error.code, retryable: error.retryable }).toEqual({ code, retryable });
        expect(error.message).toMatch(sentence);
        expect(error.message).toContain(arn);
        expect(error.cause).toBeUndefined();
      }
      kms.fail();
      expect(await open(keys, place, envelope)).toBe(SECRET);
      expect(await open(keys, place, (await seal(keys, place, SECRET)).envelope)).toBe(SECRET);
    },
  );

  it("is asked again by the SDK itself, so that one hiccup is none", async () => {
    kms.fail(refusal("ThrottlingException"), 1);
    await seal(provider(), place, SECRET);
    expect(asked()).toEqual(["GenerateDataKey", "GenerateDataKey"]);
  });

  it("that nobody listens at is unreachable", async () => {
    const gone = await startKms();
    const { endpoint } = gone;
    await gone.stop();
    const keys = kmsKeyProvider(
      { names: [arn], endpoint, credentials: KMS_CREDENTIALS },
      { now: () => clock, timeoutMs: 1_000 },
    );
    expect(await failure(seal(keys, place, SECRET))).toMatchObject({ code: "KMS_UNREACHABLE" });
  });
});

describe("a move between the keyring and the KMS", () => {
  const keyring = parseKeyring(`old:${Buffer.alloc(32, 3).toString("base64")}`) as Keyring;
  const aws = (seals: boolean) => ({
    ...{ names: [arn] as const, seals, region: KMS_REGION },
    ...{ endpoint: kms.endpoint, credentials: KMS_CREDENTIALS },
  });

  it("opens on both sides what the other side sealed", async () => {
    const there = createKeyProvider({ keyring, kms: aws(true) });
    const back = createKeyProvider({ keyring, kms: aws(false) });
    const local = await seal(localKeyProvider(keyring), place, SECRET);
    const remote = await seal(there, place, SECRET);
    expect([local.keyId, remote.keyId.slice(0, 4), (await seal(back, place, SECRET)).keyId]).toEqual([
      "old",
      "kms-",
      "old",
    ]);
    for (const keys of [there, back])
      for (const { envelope } of [local, remote]) expect(await open(keys, place, envelope)).toBe(SECRET);
  });

  it("tells what is missing on either side", async () => {
    const local = await seal(localKeyProvider(keyring), place, SECRET);
    const remote = await seal(provider(), place, SECRET);
    const onlyKms = createKeyProvider({ keyring: undefined, kms: aws(true) });
    const onlyKeyring = createKeyProvider({ keyring, kms: undefined });
    expect((await failure(open(onlyKms, place, local.envelope))).message).toMatch(
      /"old" is in the keyring; add it/,
    );
    expect((await failure(open(onlyKeyring, place, remote.envelope))).message).toMatch(
      /is wrapped by AWS KMS; name/,
    );
  });
});
