/** The fields of a posted form; none at all when the body is no form, which every action then answers as it answers an empty one. */
export function readForm(request: Request): Promise<FormData> {
  return request.formData().catch(() => new FormData());
}
