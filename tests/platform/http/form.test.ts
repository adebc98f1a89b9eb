import { expect, it } from "vitest";
import { readForm } from "~/platform/http/form.server";

const posted = (body: string) =>
  new Request("https://backroom.test/app", {
    method: "POST",
    body,
    headers: {
      "Content-Type": "application/x-www-form-urlencoded",
      "Content-Length": String(body.length),
    },
  });
const MEBIBYTE = 1024 * 1024;

it("reads a form up to a mebibyte, and nothing of one that is larger", async () => {
  const most = await readForm(posted("a=".padEnd(MEBIBYTE, "x")));
  expect(most.get("a")).toHaveLength(MEBIBYTE - 2);
  const more = posted("a=".padEnd(MEBIBYTE + 1, "x"));
  expect([...(await readForm(more))]).toEqual([]);
  expect(more.bodyUsed).toBe(false);
});
