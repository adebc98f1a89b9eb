import { expect, it } from "vitest";
import { readForm } from "~/platform/http/form.server";

const MEBIBYTE = 1024 * 1024;

it.each([
  ["with its length", true],
  ["in chunks, without a length", false],
])("readForm reads a form %s up to a mebibyte, and nothing of a larger one", async (_name, withLength) => {
  const most = await readForm(posted("a=".padEnd(MEBIBYTE, "x"), withLength));
  expect(most.get("a")).toHaveLength(MEBIBYTE - 2);
  expect([...(await readForm(posted("a=".padEnd(MEBIBYTE + 1, "x"), withLength)))]).toEqual([]);
});

it("readForm stops reading a form that does not end", async () => {
  let chunks = 0;
  const endless = new ReadableStream({
    pull(controller) {
      chunks += 1;
      controller.enqueue(new Uint8Array(64 * 1024));
    },
  });
  expect([...(await readForm(postedStream(endless)))]).toEqual([]);
  expect(chunks).toBeLessThan(20);
});

it("readForm reads a body that is not a form as an empty form, and drops NUL characters", async () => {
  expect([...(await readForm(new Request(URL_OF_APP, { method: "POST", body: "{" })))]).toEqual([]);
  expect((await readForm(posted("a=b%00c", true))).get("a")).toBe("bc");
});

const URL_OF_APP = "https://backroom.test/app";
const FORM = { "Content-Type": "application/x-www-form-urlencoded" };

function posted(body: string, withLength: boolean): Request {
  if (!withLength) return postedStream(new Blob([body]).stream());
  const headers = { ...FORM, "Content-Length": String(body.length) };
  return new Request(URL_OF_APP, { method: "POST", body, headers });
}

function postedStream(body: ReadableStream): Request {
  return new Request(URL_OF_APP, { method: "POST", body, headers: FORM, duplex: "half" });
}
