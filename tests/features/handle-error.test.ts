import { afterEach, describe, expect, it, vi } from "vitest";
import { handleError } from "../../app/entry.server";
import { log } from "~/platform/log.server";

// What Remix hands on when no route matches or a route has no such method.
const answerOf = (status: number) => ({
  status,
  statusText: "",
  internal: true,
  data: "",
  error: new Error(),
});
const args = (signal?: AbortSignal) =>
  ({ request: new Request("https://desk.test/wp-login.php", { signal }), params: {}, context: {} }) as never;

describe("an error that no loader turned into an answer", () => {
  const error = vi.spyOn(log, "error").mockImplementation(() => undefined);
  const debug = vi.spyOn(log, "debug").mockImplementation(() => undefined);
  afterEach(() => vi.clearAllMocks());

  it.each([404, 405, 499])("is a line for debugging, without a stack, when it is a %d", (status) => {
    handleError(answerOf(status), args());
    expect(error).not.toHaveBeenCalled();
    expect(debug).toHaveBeenCalledWith({ status, statusText: "" }, expect.any(String));
  });

  it("is an error from 500 on", () => {
    handleError(answerOf(500), args());
    expect([error.mock.calls.length, debug.mock.calls.length]).toEqual([1, 0]);
  });

  it("is an error when it is thrown by our own code", () => {
    const ours = new Error("broken");
    handleError(ours, args());
    expect(error).toHaveBeenCalledWith({ err: ours }, expect.any(String));
  });

  it("is nothing when the browser has gone away", () => {
    handleError(new Error("broken"), args(AbortSignal.abort()));
    expect([error.mock.calls.length, debug.mock.calls.length]).toEqual([0, 0]);
  });
});
