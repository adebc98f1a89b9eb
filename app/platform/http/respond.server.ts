/** JSON for machines: never cached, and failures as one sentence under `error`. */
export function respondJson(body: unknown, status = 200, headers: HeadersInit = {}): Response {
  return new Response(`${JSON.stringify(body)}\n`, {
    status,
    headers: { "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store", ...headers },
  });
}
