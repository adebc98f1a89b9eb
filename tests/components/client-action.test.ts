import { expect, it } from "vitest";
import { clientAction, shouldRevalidate } from "~/components/client-action";
import { errorSentence } from "~/components/error-sentences";

const act = (serverAction: () => Promise<unknown>) => clientAction({ serverAction } as never);
const refused = (status: number, data: object = {}) =>
  act(async () => {
    throw new Response(JSON.stringify(data), { status, headers: { "X-Request-Id": "request-1" } });
  });

it.each([400, 401, 403, 404, 405, 409, 410, 413, 422, 429, 502, 503, 504])(
  "a request that is refused with %i is an answer with that status' own sentence and the request's id",
  async (status) => {
    const message = errorSentence(status).action;
    expect(message).not.toBe(errorSentence("UNKNOWN").action);
    expect(await refused(status)).toEqual({ ok: false, message, reference: "request-1", failed: true });
  },
);

it("a refused robot is told apart from what is gone", async () => {
  expect(await refused(410, { reason: "ROBOT" })).toMatchObject({ message: errorSentence("ROBOT").action });
});

it("a request without an answer has no reference", async () => {
  const error = Object.assign(new TypeError("x"), { code: "UNREACHABLE" });
  expect(await act(() => Promise.reject(error))).toMatchObject({ ok: false, reference: null, failed: true });
});

it("a redirect is left to the router", async () => {
  const redirect = new Response(null, { status: 302, headers: { Location: "/" } });
  await expect(
    act(async () => {
      throw redirect;
    }),
  ).rejects.toBe(redirect);
});

it("a page is not loaded again after a failed request, and is after an answered one", async () => {
  const revalidates = (actionResult: unknown) =>
    shouldRevalidate({ actionResult, defaultShouldRevalidate: true } as never);
  expect(revalidates(await refused(503))).toBe(false);
  expect(revalidates({ ok: false, message: "No." })).toBe(true);
});
