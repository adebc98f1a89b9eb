import { createHmac } from "node:crypto";
import { expect, it } from "vitest";
import { isSignedByShopify, WebhookSignature } from "~/platform/shopify/webhook-signature.server";

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

it.each([1, 7, body.length])("WebhookSignature checks a body that comes in parts of %d bytes", (size) => {
  const check = (signature: string) => {
    const one = new WebhookSignature(signature, ["new", "old"]);
    for (let at = 0; at < body.length; at += size) one.update(body.subarray(at, at + size));
    return one.isGood();
  };
  expect(check(sign("new"))).toBe(true);
  expect(check(sign("old"))).toBe(true);
  expect(check(sign("else"))).toBe(false);
});

it.each([
  [sign("else"), true],
  ["no!", false],
  [Buffer.alloc(31).toString("base64"), false],
  [`${sign("new")}\n`, false],
])("WebhookSignature knows before the body whether %s can be one", (signature, isWellFormed) => {
  expect(new WebhookSignature(signature, ["new"]).isWellFormed).toBe(isWellFormed);
});
