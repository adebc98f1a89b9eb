/**
 * The bytes of a body, read no further than `mostBytes`. What a Content-Length promises is not asked: a body may come
 * without one. Give it an iterator that leaves the body open (`preventCancel`), or the sender is cut off before it has the
 * answer.
 * @returns null when the body is larger; the rest of it is not read
 */
export async function readBody(
  chunks: AsyncIterable<Uint8Array>,
  mostBytes: number,
): Promise<Buffer<ArrayBuffer> | null> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.byteLength;
    if (size > mostBytes) return null;
    parts.push(chunk);
  }
  return Buffer.concat(parts, size);
}
