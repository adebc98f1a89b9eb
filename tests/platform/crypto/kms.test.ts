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
import { KeyServiceError, keyServiceError } from "~/platform/crypto/kms-errors.server";
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

describe("the data key of AWS KMS that seals", () => {
  it("is generated once for concurrent callers, and opens what it sealed without another call", async () => {
    const keys = provider();
    const sealed = await Promise.all(Array.from({ length: 200 }, () => seal(keys, place, SECRET)));
    for (const { envelope } of sealed) expect(await open(keys, place, envelope)).toBe(SECRET);
    expect(kms.calls).toEqual([{ target: "GenerateDataKey", keyId: arn, context: { app: "backroom" } }]);
  });

  it("costs one call for the first 10,000 operations and none for the next", async () => {
    const keys = provider();
    for (const round of [1, 2]) {
      kms.calls.length = 0;
      for (let i = 0; i < 5_000; i++) await open(keys, place, (await seal(keys, place, `${i}`)).envelope);
      expect(kms.calls.length).toBe(round === 1 ? 1 : 0);
    }
  });

  it("is used for exactly 15 minutes", async () => {
    const keys = provider();
    const { wrapped } = await keys.current();
    clock += 15 * MINUTE - 1;
    expect((await keys.current()).wrapped).toEqual(wrapped);
    clock += 1;
    expect((await keys.current()).wrapped).not.toEqual(wrapped);
    expect(asked()).toEqual(["GenerateDataKey", "GenerateDataKey"]);
  });

  it("is used exactly maxUses times, also by concurrent callers", async () => {
    const keys = provider({ maxUses: 100 });
    const used = await Promise.all(Array.from({ length: 100 }, () => keys.current()));
    expect(new Set(used.map(({ wrapped }) => wrapped)).size).toBe(1);
    expect(asked().length).toBe(1);
    const next = await Promise.all(Array.from({ length: 101 }, () => keys.current()));
    expect(new Set(next.map(({ wrapped }) => wrapped)).size).toBe(2);
    expect(asked().length).toBe(3);
  });

  it("ages from the request, not from the answer", async () => {
    const keys = provider();
    const pending = keys.current();
    clock += 15 * MINUTE - 1;
    const { wrapped } = await pending;
    clock += 1;
    expect((await keys.current()).wrapped).not.toEqual(wrapped);
  });

  it("has the same id for the alias, the ARN and the id of one KMS key", async () => {
    const aliased = kms.createKey("alias/desk");
    const ids = [];
    for (const name of ["alias/desk", aliased, aliased.split("/")[1]!])
      ids.push((await provider({}, name).current()).id);
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^kms-[0-9a-f]{16}$/);
    expect(ids[0]).not.toBe((await provider().current()).id);
  });
});

describe("a wrapped data key of AWS KMS", () => {
  const sealedElsewhere = async () => (await seal(provider(), place, SECRET)).envelope;

  it("is unwrapped once for concurrent callers, and kept for exactly 15 minutes", async () => {
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

  it("is evicted when there are too many, the least recently used first", async () => {
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

  it("does not open another record, nor its own under the name of another key", async () => {
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

  it("of another KMS key is refused, and opens once that key is named as a previous one", async () => {
    const envelope = await sealedElsewhere();
    const other = kms.createKey();
    expect(await failure(open(provider({}, other), place, envelope))).toMatchObject({
      name: "KeyUnavailableError",
      code: "KEY_UNAVAILABLE",
    });
    expect(await open(provider({}, other, arn), place, envelope)).toBe(SECRET);
  });

  it("opens although another previous key no longer exists", async () => {
    const envelope = await sealedElsewhere();
    expect(await open(provider({}, kms.createKey(), "alias/gone", arn), place, envelope)).toBe(SECRET);
  });
});

describe("AWS KMS without an answer", () => {
  it.each([
    ["DisabledException", "KMS_KEY_DISABLED", false, refusal("DisabledException")],
    ["KMSInvalidStateException", "KMS_KEY_DISABLED", false, refusal("KMSInvalidStateException")],
    ["NotFoundException", "KMS_KEY_NOT_FOUND", false, refusal("NotFoundException")],
    ["InvalidKeyUsageException", "KMS_KEY_UNUSABLE", false, refusal("InvalidKeyUsageException")],
    ["AccessDeniedException", "KMS_ACCESS_DENIED", false, refusal("AccessDeniedException")],
    ["ExpiredTokenException", "KMS_ACCESS_DENIED", false, refusal("ExpiredTokenException")],
    ["ThrottlingException", "KMS_THROTTLED", true, refusal("ThrottlingException")],
    ["KMSInternalException", "KMS_UNREACHABLE", true, refusal("KMSInternalException", 500)],
    ["a 502 of a proxy", "KMS_UNREACHABLE", true, badGateway],
    ["a connection that breaks", "KMS_UNREACHABLE", true, hangUp],
    ["silence", "KMS_UNREACHABLE", true, silence],
  ] as const)(
    "(%s) is the error %s, and opens and seals again as soon as the cause is gone",
    async (_, code, retryable, answer) => {
      const { envelope } = await seal(provider(), place, SECRET);
      const keys = provider({ timeoutMs: answer === silence ? 300 : 5_000 });
      kms.fail(answer);
      for (const work of [() => seal(keys, place, SECRET), () => open(keys, place, envelope)]) {
        const error = await failure(work());
        expect(error).toBeInstanceOf(KeyServiceError);
        expect({ code: error.code, retryable: error.retryable }).toEqual({ code, retryable });
        expect(error.message).toContain(arn);
        expect(error.cause).toBeUndefined();
      }
      kms.fail();
      expect(await open(keys, place, envelope)).toBe(SECRET);
      expect(await open(keys, place, (await seal(keys, place, SECRET)).envelope)).toBe(SECRET);
    },
  );

  it.each([
    ["DisabledException", "enable it again"],
    ["NotFoundException", "correct KMS_KEY_ID or AWS_REGION"],
    ["InvalidKeyUsageException", "name a symmetric key for encryption in KMS_KEY_ID"],
    ["AccessDeniedException", "it needs credentials with kms:GenerateDataKey and kms:Decrypt"],
    ["ThrottlingException", "try again in a moment"],
    ["KMSInternalException", "check the network, AWS_REGION and KMS_ENDPOINT"],
  ])("(%s) tells the operator: %s", (name, advice) => {
    const error = Object.assign(new Error("from AWS"), { name });
    expect(keyServiceError(error, arn).message).toContain(advice);
  });

  it("is asked again by the SDK after a single throttled call", async () => {
    kms.fail(refusal("ThrottlingException"), 1);
    await seal(provider(), place, SECRET);
    expect(asked()).toEqual(["GenerateDataKey", "GenerateDataKey"]);
  });

  it("is KMS_UNREACHABLE when its port is closed", async () => {
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

  it("opens on each side what the other side sealed", async () => {
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

  it("names the missing key on either side", async () => {
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
