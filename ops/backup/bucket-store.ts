/** S3, and what speaks its protocol: Backblaze B2 and others, at an endpoint of their own. */
import { open, type FileHandle } from "node:fs/promises";
import { addAbortSignal, type Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import type { BackupBucket } from "~/platform/env.server";
import { BackupError } from "./backup-error";
import type { BackupStore } from "./store";

const MIB = 2 ** 20;
/** The least that S3 takes for a part. One is in memory at a time. */
const PART_BYTES = 5 * MIB;
/** S3 takes 10,000 parts at most. */
const MOST_PARTS = 9_000;
/** Without a byte in either direction */
const SILENCE_MS = 30_000;
const BINARY = "application/octet-stream";

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

  /**
   * Part after part, in one buffer that serves them all. (The SDK's own Upload makes two of each part, and what it drops weighs
   * on the process until its next large collection: 25 MB.) A part that fails is sent again by the client.
   */
  async put(file: string, path: string, signal: AbortSignal) {
    const source = await open(path);
    try {
      const { size } = await source.stat();
      const part = Buffer.allocUnsafeSlow(Math.max(PART_BYTES, Math.ceil(size / MOST_PARTS)));
      await this.#told(() =>
        size > part.length
          ? this.#putInParts(file, source, part, signal)
          : this.#putWhole(file, source, part, signal),
      );
    } finally {
      await source.close();
    }
  }

  async #putWhole(file: string, source: FileHandle, buffer: Buffer, abortSignal: AbortSignal) {
    const Body = await fill(buffer, source);
    await this.#client.send(new PutObjectCommand({ ...this.#place(file), Body, ContentType: BINARY }), {
      abortSignal,
    });
  }

  async #putInParts(file: string, source: FileHandle, buffer: Buffer, abortSignal: AbortSignal) {
    const place = this.#place(file);
    const { UploadId } = await this.#client.send(
      new CreateMultipartUploadCommand({ ...place, ContentType: BINARY }),
      { abortSignal },
    );
    const upload = { ...place, UploadId };
    try {
      const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
      for (;;) {
        const Body = await fill(buffer, source);
        if (!Body.length) break;
        const PartNumber = Parts.length + 1;
        const { ETag } = await this.#client.send(new UploadPartCommand({ ...upload, PartNumber, Body }), {
          abortSignal,
        });
        Parts.push({ PartNumber, ETag });
      }
      await this.#client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }), {
        abortSignal,
      });
    } catch (error) {
      // What was sent would lie there, unseen, and be paid for.
      await this.#client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
      throw error;
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

  async read(file: string, abortSignal?: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const asked = new GetObjectCommand(this.#place(file));
    const { Body } = await this.#told(() => this.#client.send(asked, { abortSignal }), file);
    const body = Body as Readable;
    // The client looks at the signal until the answer begins; the body comes after that.
    return this.#toldWhile(abortSignal ? addAbortSignal(abortSignal, body) : body);
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

/** From where the file was last read: as much as the buffer takes, less at its end. */
async function fill(buffer: Buffer, source: FileHandle): Promise<Buffer> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await source.read(buffer, filled, buffer.length - filled);
    if (!bytesRead) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
