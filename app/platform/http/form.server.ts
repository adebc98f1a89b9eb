/** Of a whole form; the largest of ours is a key file of 20 kB. What is larger is not read into memory. */
const MOST_BYTES = 1024 * 1024;

/**
 * The fields of a posted form; none at all when the body is no form, or says that it is too large for one of ours, which
 * every action then answers as it answers an empty one. NUL characters are dropped: nobody types them, and Postgres
 * stores none.
 */
export async function readForm(request: Request): Promise<FormData> {
  const isTooMuch = Number(request.headers.get("content-length")) > MOST_BYTES;
  const form = isTooMuch ? new FormData() : await request.formData().catch(() => new FormData());
  const clean = new FormData();
  for (const [name, value] of form)
    clean.append(name, typeof value === "string" ? value.replaceAll("\0", "") : value);
  return clean;
}
