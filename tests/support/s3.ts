/** An S3 of one's own (s3rver), and in front of it a proxy that can be made to fail as networks and servers do. */
import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import S3rver from "s3rver";
import type { BackupBucket } from "~/platform/env.server";
import { localServer } from "./local-server";

/** s3rver knows one account. */
export const S3_CREDENTIALS = { AWS_ACCESS_KEY_ID: "S3RVER", AWS_SECRET_ACCESS_KEY: "S3RVER" };
const BUCKET = "backups";

export type Fault = {
  /** "GET /backups/some-key" and the like */
  of: RegExp;
  /** Of the requests that match; all by default */
  times?: number;
} & (
  | { kind: "status"; status: number }
  | { kind: "silence" }
  /** The connection ends in the middle of the body. */
  | { kind: "hang up" }
  /** Half of the body, and then nothing more */
  | { kind: "stall" }
  /** A shorter body than the object, and a length that fits it */
  | { kind: "shorten" }
  /** One bit of the answer's body, or of the body on its way in */
  | { kind: "flip answer" | "flip upload" }
  | { kind: "other etag" }
);

export type LocalS3 = {
  bucket: BackupBucket;
  /** Past the proxy */
  direct: string;
  /** s3://bucket/prefix/ */
  place: string;
  /** What `url` is asked, and how often a fault struck */
  requests: string[];
  struck: () => number;
  /** Paths of the uploads in parts that were begun, and neither completed nor given up: their parts are kept, and paid for */
  openUploads: () => string[];
  fail: (fault?: Fault) => void;
  environment: Record<string, string>;
  stop: () => Promise<void>;
};

export async function startS3(): Promise<LocalS3> {
  const folder = mkdtempSync(join(tmpdir(), "backroom-s3-"));
  const behind = new S3rver({
    ...{ address: "127.0.0.1", port: 0, silent: true, directory: folder },
    configureBuckets: [{ name: BUCKET }],
  });
  const { port } = await behind.run();
  const uploads = new Map<string, string>();
  let fault: Fault | undefined;
  let struck = 0;
  const front = await localServer((incoming, response) => {
    const strikes =
      fault && fault.of.test(`${incoming.method} ${incoming.url}`) && struck < (fault.times ?? Infinity)
        ? fault
        : undefined;
    if (strikes) struck += 1;
    // Who hangs up in the middle of a body gets no answer.
    pass(incoming, response, port, uploads, strikes).catch(() => response.destroy());
  });
  const bucket = { name: BUCKET, endpoint: front.url, region: "eu-west-1", prefix: "desk/" };
  return {
    bucket,
    direct: `http://127.0.0.1:${port}`,
    place: `s3://${BUCKET}/${bucket.prefix}`,
    requests: front.requests,
    struck: () => struck,
    openUploads: () => [...uploads.values()],
    fail: (next) => {
      fault = next;
      struck = 0;
    },
    environment: {
      ...S3_CREDENTIALS,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
      BACKUP_S3_BUCKET: bucket.name,
      BACKUP_S3_ENDPOINT: bucket.endpoint,
      BACKUP_S3_REGION: bucket.region,
      BACKUP_S3_PREFIX: bucket.prefix,
    },
    stop: async () => {
      await front.close();
      await behind.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** By their ids */
type Uploads = Map<string, string>;

async function pass(
  incoming: IncomingMessage,
  response: ServerResponse,
  port: number,
  uploads: Uploads,
  fault?: Fault,
) {
  const sent = await bodyOf(incoming);
  if (fault?.kind === "silence") return;
  if (fault?.kind === "status") return void response.writeHead(fault.status).end();
  if (fault?.kind === "flip upload") flip(sent);
  const { method, url, headers } = incoming;
  const { pathname, searchParams } = new URL(url!, "http://s3");
  const upload = searchParams.get("uploadId") ?? "";
  // s3rver has no AbortMultipartUpload, and takes it for the deletion of an object.
  if (method === "DELETE" && upload) return giveUp(response, uploads, upload, pathname);
  const onward = httpRequest({ host: "127.0.0.1", port, method, path: url, headers }, (answer) => {
    void bodyOf(answer).then((body) => {
      if (method === "POST" && answer.statusCode === 200) {
        const [, begun] = /<UploadId>(.+?)<\/UploadId>/.exec(body.toString()) ?? [];
        if (begun) uploads.set(begun, pathname);
        uploads.delete(upload);
      }
      const changed = fault?.kind === "shorten" ? body.subarray(0, body.length / 2) : body;
      if (fault?.kind === "flip answer") flip(changed);
      const etag = fault?.kind === "other etag" ? { etag: `"${"0".repeat(32)}"` } : {};
      const length =
        method === "HEAD" || !answer.headers["content-length"] ? {} : { "content-length": changed.length };
      response.writeHead(answer.statusCode!, { ...answer.headers, ...length, ...etag });
      if (fault?.kind !== "hang up" && fault?.kind !== "stall") return response.end(changed);
      response.write(changed.subarray(0, changed.length / 2), () => {
        if (fault.kind === "hang up") response.destroy();
      });
    });
  });
  onward.on("error", () => response.destroy());
  onward.end(sent);
}

function giveUp(response: ServerResponse, uploads: Uploads, upload: string, path: string) {
  const isOpen = uploads.get(upload) === path;
  if (isOpen) uploads.delete(upload);
  response.writeHead(isOpen ? 204 : 404).end();
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function flip(body: Buffer) {
  if (body.length) body[body.length >> 1]! ^= 1;
}
