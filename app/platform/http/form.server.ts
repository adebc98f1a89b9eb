/**
 * The fields of a posted form; none at all when the body is no form, which every action then answers as it answers an
 * empty one. NUL characters are dropped: nobody types them, and Postgres stores none.
 */
export async function readForm(request: Request): Promise<FormData> {
  const form = await request.formData().catch(() => new FormData());
  const clean = new FormData();
  for (const [name, value] of form)
    clean.append(name, typeof value === "string" ? value.replaceAll("\0", "") : value);
  return clean;
}
