import { describe, expect, it } from "vitest";
import { withOwnTarget } from "~/platform/shopify/leaving-the-iframe.server";

const APP = "https://desk.backroom.test";
const ask = (path: string, name?: string, ...values: string[]) => {
  const url = new URL(path, APP);
  for (const value of values) url.searchParams.append(name!, value);
  return withOwnTarget(new Request(url), APP);
};

describe("a page that leaves the iframe", () => {
  it.each([
    ["/app/orders?a=1", `${APP}/app/orders?a=1`],
    [`${APP}/app`, `${APP}/app`],
    ["https://admin.shopify.com/store/a", "https://admin.shopify.com/store/a"],
    ["https://a.myshopify.com/admin", "https://a.myshopify.com/admin"],
  ])("goes to %s", (target, whole) => {
    const request = ask("/auth/exit-iframe?shop=a", "exitIframe", target);
    expect(new URL(request!.url).searchParams.get("exitIframe")).toBe(whole);
    expect(new URL(request!.url).searchParams.get("shop")).toBe("a");
  });

  const ELSEWHERE = [
    ...["https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example"],
    ...["https://admin.shopify.com@evil.example/", "https://me:x@admin.shopify.com/", `${APP}.evil.example`],
    ...[
      "https://admin.shopify.com.evil.example",
      "https://a.b.myshopify.com.evil.example",
      "javascript:alert(1)",
    ],
    ...[
      "http://admin.shopify.com/",
      "https://admin.shopify.com:8443/",
      "data:text/html,x",
      "https://",
      "\t//evil.example",
    ],
  ];
  it.each(ELSEWHERE)("does not go to %j", (target) => {
    expect(ask("/auth/exit-iframe", "exitIframe", target)).toBeNull();
    expect(ask("/auth/session-token", "shopify-reload", target)).toBeNull();
  });

  it("goes nowhere when it is told two targets", () =>
    expect(ask("/auth/exit-iframe", "exitIframe", "/app", "https://evil.example")).toBeNull());

  it("comes back to the app only, once it has a session token", () => {
    expect(ask("/auth/session-token", "shopify-reload", `${APP}/app?x=1`)).not.toBeNull();
    expect(ask("/auth/session-token", "shopify-reload", "https://admin.shopify.com/")).toBeNull();
    expect(ask("/auth/session-token")).not.toBeNull();
  });

  it.each(["/auth", "/auth/callback", "/auth/exit-iframe/", "/auth/Exit-Iframe"])("is none at %s", (path) =>
    expect(ask(path)).toBeNull(),
  );
});
