/**
 * AWS KMS as the SDK sees it: JSON 1.1 over HTTP, signed requests, data keys wrapped with AES-256-GCM under a key that
 * stays here, bound to their encryption context. Wrapped keys are made of this server's own bytes: a damaged one, one of
 * another key and one of another context are told apart as AWS tells them apart.
 */
import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Context = Record<string, string>;
type Question = { KeyId?: string; KeySpec?: string; CiphertextBlob?: string; EncryptionContext?: Context };
type Target = "GenerateDataKey" | "Decrypt";
type MasterKey = { arn: string; bytes: Buffer; state: "enabled" | "disabled" | "pending deletion" };

export type LocalKms = Awaited<ReturnType<typeof startKms>>;

export const KMS_CREDENTIALS = { accessKeyId: "AKIDLOCAL", secretAccessKey: "local-secret-access-key" };
export const KMS_REGION = "eu-west-1";

const TRIES_LEFT_ALONE = Infinity;

export async function startKms() {
  const keys = new Map<string, MasterKey>();
  const aliases = new Map<string, string>();
  const calls: { target: Target; keyId: string | undefined; context: Context | undefined }[] = [];
  /** What the next requests are answered with instead of an answer. */
  let trouble: { answer: Trouble; left: number } | undefined;

  const find = (name: string) =>
    keys.get(aliases.get(name) ?? name) ?? [...keys.values()].find(({ arn }) => arn.endsWith(`/${name}`));

  const answers: Record<Target, (question: Question) => object> = {
    GenerateDataKey({ KeyId = "", KeySpec, EncryptionContext }) {
      if (KeySpec !== "AES_256") throw new AwsError("ValidationException", "KeySpec");
      const key = usable(find(KeyId));
      const plaintext = randomBytes(32);
      const blob = wrap(key, plaintext, EncryptionContext);
      return {
        KeyId: key.arn,
        Plaintext: plaintext.toString("base64"),
        CiphertextBlob: blob.toString("base64"),
      };
    },
    Decrypt({ KeyId = "", CiphertextBlob = "", EncryptionContext }) {
      const blob = Buffer.from(CiphertextBlob, "base64");
      if (blob.length < 1 || blob.length > 6144) throw new AwsError("ValidationException", "CiphertextBlob");
      const named = usable(find(KeyId));
      const owner = [...keys.values()].find(({ arn }) =>
        blob.subarray(0, arn.length).equals(Buffer.from(arn)),
      );
      if (!owner) throw new AwsError("InvalidCiphertextException");
      if (owner !== named)
        throw new AwsError("IncorrectKeyException", "The key ID in the request does not identify…");
      return { KeyId: owner.arn, Plaintext: unwrap(owner, blob, EncryptionContext).toString("base64") };
    },
  };

  const server = createServer((request, response) => void answer(request, response));
  async function answer(request: IncomingMessage, response: ServerResponse) {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const target = /^TrentService\.(GenerateDataKey|Decrypt)$/.exec(
      String(request.headers["x-amz-target"]),
    )?.[1];
    try {
      const question = JSON.parse(Buffer.concat(chunks).toString()) as Question;
      refuseUnlessSigned(request);
      if (!target) throw new AwsError("UnknownOperationException");
      calls.push({ target: target as Target, keyId: question.KeyId, context: question.EncryptionContext });
      if (trouble && trouble.left-- > 0) return trouble.answer(response);
      send(response, 200, answers[target as Target](question));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      send(response, 400, { __type: error.message, message: error.detail });
    }
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    endpoint,
    calls,
    createKey(alias?: string): string {
      const arn = `arn:aws:kms:${KMS_REGION}:111122223333:key/${randomUUID()}`;
      keys.set(arn, { arn, bytes: randomBytes(32), state: "enabled" });
      if (alias) aliases.set(alias, arn);
      return arn;
    },
    setState(arn: string, state: MasterKey["state"]) {
      keys.get(arn)!.state = state;
    },
    /** Answers the next `times` requests with `answer`; without arguments it is well again. */
    fail(answer?: Trouble, times = TRIES_LEFT_ALONE) {
      trouble = answer && { answer, left: times };
    },
    /** What the variables of a process have to be for it to come here. */
    environment: (keyId: string) => ({
      KMS_KEY_ID: keyId,
      KMS_ENDPOINT: endpoint,
      AWS_REGION: KMS_REGION,
      AWS_ACCESS_KEY_ID: KMS_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: KMS_CREDENTIALS.secretAccessKey,
    }),
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

type Trouble = (response: ServerResponse) => void;

/** An error of AWS: its name in `__type`, as JSON 1.1 has it. */
export const refusal =
  (type: string, status = 400): Trouble =>
  (response) =>
    send(response, status, { __type: `com.amazonaws.kms#${type}`, message: "refused by the test" });

/** What a proxy in front answers. */
export const badGateway: Trouble = (response) => {
  response.writeHead(502, { "Content-Type": "text/html" }).end("<html>Bad Gateway</html>");
};

export const silence: Trouble = () => {};

export const hangUp: Trouble = (response) => void response.destroy();

class AwsError extends Error {
  constructor(
    type: string,
    readonly detail?: string,
  ) {
    super(type);
  }
}

function send(response: ServerResponse, status: number, body: object) {
  response.writeHead(status, { "Content-Type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));
}

function refuseUnlessSigned({ method, headers }: IncomingMessage) {
  const signature = new RegExp(
    `^AWS4-HMAC-SHA256 Credential=${KMS_CREDENTIALS.accessKeyId}/\\d{8}/${KMS_REGION}/kms/aws4_request, SignedHeaders=[^ ]*x-amz-target[^ ]*, Signature=[0-9a-f]{64}$`,
  );
  if (method !== "POST" || headers["content-type"] !== "application/x-amz-json-1.1")
    throw new AwsError("SerializationException");
  if (!signature.test(headers.authorization ?? "") || !headers["x-amz-date"])
    throw new AwsError("MissingAuthenticationTokenException");
}

function usable(key: MasterKey | undefined): MasterKey {
  if (!key) throw new AwsError("NotFoundException");
  if (key.state === "disabled") throw new AwsError("DisabledException", `${key.arn} is disabled.`);
  if (key.state === "pending deletion") throw new AwsError("KMSInvalidStateException");
  return key;
}

/** arn ‖ IV ‖ cipher text ‖ tag; as at AWS, nobody but the KMS takes it apart. */
function wrap({ arn, bytes }: MasterKey, plaintext: Buffer, context?: Context): Buffer {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", bytes, iv, { authTagLength: 16 });
  cipher.setAAD(Buffer.from(JSON.stringify(Object.entries(context ?? {}).sort())));
  return Buffer.concat([Buffer.from(arn), iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

function unwrap({ arn, bytes }: MasterKey, blob: Buffer, context?: Context): Buffer {
  const sealed = blob.subarray(arn.length);
  try {
    const decipher = createDecipheriv("aes-256-gcm", bytes, sealed.subarray(0, 12), { authTagLength: 16 });
    decipher.setAAD(Buffer.from(JSON.stringify(Object.entries(context ?? {}).sort())));
    decipher.setAuthTag(sealed.subarray(-16));
    return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
  } catch {
    throw new AwsError("InvalidCiphertextException");
  }
}
