import { createHmac } from "node:crypto";
import { expect, it } from "vitest";
import { isSignedByShopify } from "~/platform/shopify/webhook-signature.server";

const body = Buffer.from('{"id":1,"note":"ä"}');
const sign = (secret: string, bytes = body) => createHmac("sha256", secret).update(bytes).digest("base64");

it("accepts the current secret, and the previous one while it is being rotated", () => {
  expect(isSignedByShopify(body, sign("new"), ["new", "old"])).toBe(true);
  expect(isSignedByShopify(body, sign("old"), ["new", "old"])).toBe(true);
  expect(isSignedByShopify(body, sign("old"), ["new", undefined])).toBe(false);
});

it.each([
  ["another body", sign("new", Buffer.from("{}"))],
  ["another secret", sign("else")],
  ["nothing", ""],
  ["half a signature", sign("new").slice(0, 20)],
  ["a signature and more", `${sign("new")}AAAA`],
  ["hex", createHmac("sha256", "new").update(body).digest("hex")],
  ["no base64 at all", "☃☃☃☃"],
])("refuses a signature of %s", (_name, signature) => {
  expect(isSignedByShopify(body, signature, ["new", "old"])).toBe(false);
});

it("never accepts what an empty or missing secret would sign", () => {
  expect(isSignedByShopify(body, sign(""), ["", undefined])).toBe(false);
});
