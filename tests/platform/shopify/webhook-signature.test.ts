import { createHmac } from "node:crypto";
import { expect, it } from "vitest";
import { isSignedByShopify } from "~/platform/shopify/webhook-signature.server";

const body = Buffer.from('{"id":1,"note":"ä"}');
const sign = (secret: string, bytes = body) => createHmac("sha256", secret).update(bytes).digest("base64");

it("isSignedByShopify accepts the current secret, and the previous one while it is rotated", () => {
  expect(isSignedByShopify(body, sign("new"), ["new", "old"])).toBe(true);
  expect(isSignedByShopify(body, sign("old"), ["new", "old"])).toBe(true);
  expect(isSignedByShopify(body, sign("old"), ["new", undefined])).toBe(false);
});

it.each([
  ["of another body", sign("new", Buffer.from("{}"))],
  ["made with another secret", sign("else")],
  ["empty", ""],
  ["cut in half", sign("new").slice(0, 20)],
  ["longer than it should be", `${sign("new")}AAAA`],
  ["in hex", createHmac("sha256", "new").update(body).digest("hex")],
  ["not base64", "☃☃☃☃"],
])("isSignedByShopify refuses a signature that is %s", (_name, signature) => {
  expect(isSignedByShopify(body, signature, ["new", "old"])).toBe(false);
});

it("isSignedByShopify refuses a signature made with an empty secret when none is configured", () => {
  expect(isSignedByShopify(body, sign(""), ["", undefined])).toBe(false);
});
