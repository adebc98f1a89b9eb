import { describe, expect, it } from "vitest";
import { setPageHeaders } from "~/platform/http/page-headers.server";

function headersOf(path: string): Headers {
  const headers = new Headers();
  setPageHeaders(new Request(new URL(path, "https://backroom.test")), headers);
  return headers;
}

const policy = (path: string) => headersOf(path).get("content-security-policy");

describe("the Content-Security-Policy of a page", () => {
  it("lets only the shop and Shopify's admin frame it", () => {
    expect(policy("/app?shop=fern.myshopify.com")).toBe(
      "frame-ancestors https://fern.myshopify.com https://admin.shopify.com;",
    );
  });

  it.each([
    "/app",
    "/app?shop=",
    "/app?shop=fern.example.com",
    "/app?shop=fern.myshopify.com.example.com",
    "/app?shop=https://fern.myshopify.com",
    "/app?shop=*.myshopify.com",
    "/app?shop=a.myshopify.com%20https://evil.example.com",
    "/app?shop=fern.myshopify.com%0d%0aX-Evil:1",
    "/app?shop=fern.myshopify.com;%20script-src%20*",
  ])("lets no site frame %s", (path) => expect(policy(path)).toBe("frame-ancestors 'none';"));

  it("replaces the library's policy, which names more hosts", () => {
    const headers = new Headers({ "Content-Security-Policy": "frame-ancestors https://*.spin.dev;" });
    setPageHeaders(new Request("https://backroom.test/app?shop=fern.myshopify.com"), headers);
    expect(headers.get("content-security-policy")).toBe(policy("/app?shop=fern.myshopify.com"));
  });
});

describe("the Cache-Control of a page", () => {
  it.each(["/app", "/app/orders", "/auth/session-token"])("is no-store for %s", (path) =>
    expect(headersOf(path).get("cache-control")).toBe("no-store"),
  );
  it.each(["/", "/apples"])("is not set for %s", (path) =>
    expect(headersOf(path).get("cache-control")).toBeNull(),
  );
});
