/** S3, and what speaks its protocol: Backblaze B2 and others, at an endpoint of their own. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import type { BackupBucket } from "~/platform/env.server";
import { BackupError } from "./backup-error";
import type { BackupStore } from "./store";

const MIB = 2 ** 20;
/** The least that S3 takes for a part. Two of them are in memory at a time. */
const PART_BYTES = 5 * MIB;
const PARTS_AT_ONCE = 1;
/** S3 takes 10,000 parts at most. */
const MOST_PARTS = 9_000;
/** Without a byte in either direction */
const SILENCE_MS = 30_000;

export class BucketStore implements BackupStore {
  readonly name: string;
  #client: S3Client;
  #bucket: BackupBucket;

  constructor(bucket: BackupBucket, { silenceMs = SILENCE_MS } = {}) {
    this.name = `s3://${bucket.name}/${bucket.prefix}`;
    this.#bucket = bucket;
    this.#client = new S3Client({
      region: bucket.region,
      endpoint: bucket.endpoint,
      forcePathStyle: Boolean(bucket.endpoint),
      // Not every server takes the SDK's checksum trailers; what was stored is read back and compared anyhow.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
      requestHandler: { connectionTimeout: 5_000, socketTimeout: silenceMs },
    });
  }

  async list() {
    const found: { file: string; bytes: number }[] = [];
    let token: string | undefined;
    do {
      const page = await this.#told(() =>
        this.#client.send(
          new ListObjectsV2Command({
            ...{ Bucket: this.#bucket.name, Prefix: this.#bucket.prefix, Delimiter: "/" },
            ContinuationToken: token,
          }),
        ),
      );
      for (const { Key = "", Size = 0 } of page.Contents ?? [])
        found.push({ file: Key.slice(this.#bucket.prefix.length), bytes: Size });
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token);
    return found;
  }

  async put(file: string, path: string, signal: AbortSignal) {
    const { size } = await stat(path);
    const body = createReadStream(path);
    const upload = new Upload({
      client: this.#client,
      params: { ...this.#place(file), Body: body, ContentType: "application/octet-stream" },
      partSize: Math.max(PART_BYTES, Math.ceil(size / MOST_PARTS)),
      queueSize: PARTS_AT_ONCE,
    });
    const abort = () => void upload.abort();
    signal.addEventListener("abort", abort, { once: true });
    try {
      await this.#told(() => upload.done());
    } finally {
      signal.removeEventListener("abort", abort);
      body.destroy();
    }
  }

  async putText(file: string, text: string) {
    const Body = Buffer.from(text);
    await this.#told(() =>
      this.#client.send(
        new PutObjectCommand({ ...this.#place(file), Body, ContentType: "application/json" }),
      ),
    );
  }

  async read(file: string): Promise<AsyncIterable<Uint8Array>> {
    const { Body } = await this.#told(() => this.#client.send(new GetObjectCommand(this.#place(file))), file);
    return this.#toldWhile(Body as AsyncIterable<Uint8Array>);
  }

  async readText(file: string) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of await this.read(file)) chunks.push(chunk);
    return Buffer.concat(chunks).toString("utf8");
  }

  async remove(file: string) {
    await this.#told(() => this.#client.send(new DeleteObjectCommand(this.#place(file))));
  }

  #place(file: string) {
    return { Bucket: this.#bucket.name, Key: `${this.#bucket.prefix}${file}` };
  }

  async #told<T>(work: () => Promise<T>, file?: string): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#describe(error, file);
    }
  }

  async *#toldWhile(source: AsyncIterable<Uint8Array>) {
    try {
      yield* source;
    } catch (error) {
      throw this.#describe(error);
    }
  }

  #describe(error: unknown, file?: string): unknown {
    if (!(error instanceof Error) || error.name === "AbortError") return error;
    const where = `${this.#bucket.name}${this.#bucket.endpoint ? ` at ${this.#bucket.endpoint}` : ""}`;
    if (file && /^(NoSuchKey|NotFound)$/.test(error.name))
      return new BackupError("MISSING", `There is no ${this.name}${file}.`);
    if (/Credential/.test(error.name))
      return new BackupError(
        "STORE",
        `The bucket ${where} needs credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the host a role.`,
        { cause: error },
      );
    const { code } = error as NodeJS.ErrnoException;
    const reason = [code ?? error.name, error.message.split("\n")[0]].filter(Boolean).join(": ");
    return new BackupError("STORE", `The bucket ${where} does not do what it is asked (${reason}).`, {
      cause: error,
    });
  }
}
