import type { ReadableStream } from "node:stream/web";
import { readBody } from "./body.server";

/** Of a whole form; the largest of ours is a key file of 20 kB. What is larger is not read into memory. */
const MOST_BYTES = 1024 * 1024;

/**
 * The fields of a posted form; none at all when the body is no form, or is too large for one of ours, which every action
 * then answers as it answers an empty one. NUL characters are dropped: nobody types them, and Postgres stores none.
 */
export async function readForm(request: Request): Promise<FormData> {
  const clean = new FormData();
  for (const [name, value] of await fieldsOf(request))
    clean.append(name, typeof value === "string" ? value.replaceAll("\0", "") : value);
  return clean;
}

async function fieldsOf(request: Request): Promise<FormData> {
  const none = new FormData();
  const stream = request.body as ReadableStream | null;
  const body = stream && (await readBody(stream.values({ preventCancel: true }), MOST_BYTES));
  if (!body) return none;
  const headers = { "Content-Type": request.headers.get("content-type") ?? "" };
  return new Response(body, { headers }).formData().catch(() => none);
}
