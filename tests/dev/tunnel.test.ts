import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { allowFraming, localAdminUrl } from "../../dev/local-admin/tunnel";
import { APP, listening, localAdmin } from "./support/local-admin";

const CDN = "https://cdn.shopify.com";
const asDocument = { headers: { accept: "text/html,*/*" } };

describe("the tunnel", () => {
  it("replaces a document's addresses of Shopify's CDN, however the document is chunked", async () => {
    const page = `<!doctype html><head><link rel="preconnect" href="${CDN}/"/><link rel="stylesheet" href="${CDN}/static/fonts/inter/v4/styles.css"/>
<script data-api-key="k" src="${CDN}/shopifycloud/app-bridge.js"></script><script src="${CDN}/shopifycloud/polaris.js"></script></head>
<body><p>Grüße ${CDN}/shopifycloud/app-bridge.js</p><script>const kept = "${CDN}/x.css";</script></body>`;
    const bytes = Buffer.from(page);
    const appOrigin = await listening((_req, res) => {
      res.writeHead(200, {
        "content-type": "text/html; charset=utf-8",
        "content-length": bytes.length,
        etag: '"1"',
      });
      for (let i = 0; i < bytes.length; i += 7) res.write(bytes.subarray(i, i + 7));
      res.end();
    });
    const admin = await localAdmin({ appOrigin });
    const response = await fetch(`${admin.tunnelOrigin}/app`, asDocument);
    const text = await response.text();
    expect(text).toContain(`<script data-api-key="k" src="${admin.origin}/app-bridge.js"></script>`);
    expect(text).toContain('<link rel="stylesheet" href="data:text/css,"/>');
    expect(text).toContain('<script src="data:text/javascript,"></script>');
    expect(text).toContain(
      `<p>Grüße ${CDN}/shopifycloud/app-bridge.js</p><script>const kept = "${CDN}/x.css";</script>`,
    );
    expect(response.headers.get("etag")).toBeNull();
  });

  it("streams a document without waiting for its end", async () => {
    let finish = () => {};
    const appOrigin = await listening((_req, res) => {
      res.writeHead(200, { "content-type": "text/html" }).write("<p>first</p>");
      finish = () => res.end("<p>second</p>");
    });
    const admin = await localAdmin({ appOrigin });
    const reader = (await fetch(admin.tunnelOrigin, asDocument)).body!.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe("<p>first</p>");
    finish();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe("<p>second</p>");
  });

  it.each([
    ["JSON", "application/json", Buffer.from(`{"url":"${CDN}/shopifycloud/app-bridge.js"}`), {}],
    [
      "a script",
      "text/javascript",
      Buffer.from(`import("${CDN}/shopifycloud/app-bridge.js")`),
      { etag: '"1"' },
    ],
    [
      "a compressed body",
      "text/html",
      gzipSync(`<script src="${CDN}/shopifycloud/app-bridge.js">`),
      { "content-encoding": "gzip" },
    ],
    ["bytes", "application/octet-stream", Buffer.from([0, 255, 128, 10]), {}],
  ])("leaves %s untouched", async (_, type, bytes, headers) => {
    const appOrigin = await listening((_req, res) => {
      res.writeHead(203, { "content-type": type, "x-own": "kept", ...headers }).end(bytes);
    });
    const admin = await localAdmin({ appOrigin });
    const response = await fetch(`${admin.tunnelOrigin}/file`);
    const plain =
      "content-encoding" in headers ? Buffer.from(`<script src="${CDN}/shopifycloud/app-bridge.js">`) : bytes;
    expect(response.status).toBe(203);
    expect(response.headers.get("x-own")).toBe("kept");
    expect(Buffer.from(await response.arrayBuffer())).toEqual(plain);
  });

  it("forwards the method, the path, the body and the forwarding headers", async () => {
    const appOrigin = await listening(async (req, res) => {
      const chunks: Buffer[] = [];
      for await (const chunk of req) chunks.push(chunk as Buffer);
      const { method, url, headers } = req;
      res.setHeader("set-cookie", ["a=1", "b=2"]);
      res.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }));
    });
    const admin = await localAdmin({ appOrigin });
    const response = await fetch(`${admin.tunnelOrigin}/app?x=%2F`, { method: "PUT", body: "hello" });
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    const host = new URL(admin.tunnelOrigin).host;
    expect(await response.json()).toMatchObject({
      method: "PUT",
      url: "/app?x=%2F",
      body: "hello",
      headers: {
        host,
        "x-forwarded-host": host,
        "x-forwarded-proto": "http",
        "x-forwarded-for": "127.0.0.1",
      },
    });
  });

  it("adds the local admin to the frame-ancestors of a page", async () => {
    const appOrigin = await listening((_req, res) => {
      res.setHeader(
        "content-security-policy",
        "frame-ancestors https://a.myshopify.com https://admin.shopify.com;",
      );
      res.setHeader("link", `<${CDN}/shopifycloud/app-bridge.js>; rel="preload"; as="script";`);
      res.setHeader("content-type", "text/html").end("<p>");
    });
    const admin = await localAdmin({ appOrigin });
    const { headers } = await fetch(admin.tunnelOrigin, asDocument);
    expect(headers.get("content-security-policy")).toBe(
      `frame-ancestors https://a.myshopify.com https://admin.shopify.com ${admin.origin};`,
    );
    expect(headers.get("link")).toBe(`<${admin.origin}/app-bridge.js>; rel="preload"; as="script";`);
  });

  it("keeps frame-ancestors 'none' and adds no directive where there is none", () => {
    expect(allowFraming("default-src 'self'; frame-ancestors 'none'", "http://a")).toBe(
      "default-src 'self'; frame-ancestors 'none'",
    );
    expect(allowFraming("default-src 'self'", "http://a")).toBe("default-src 'self'");
    expect(allowFraming("frame-ancestors https://b; img-src *", "http://a")).toBe(
      "frame-ancestors https://b http://a; img-src *",
    );
  });

  it("rewrites a redirect to Shopify's admin into one to the local admin", () => {
    const local = (url: string) => localAdminUrl(url, "http://127.0.0.1:4000", APP.apiKey);
    expect(local(`https://admin.shopify.com/store/a/apps/${APP.apiKey}/app`)).toBe(
      "http://127.0.0.1:4000/store/a/apps/backroom/app",
    );
    expect(local("https://admin.shopify.com/store/a/orders/1")).toBe(
      "http://127.0.0.1:4000/store/a/orders/1",
    );
    expect(local("https://admin.shopify.com.evil.test/")).toBe("https://admin.shopify.com.evil.test/");
    expect(local("/auth/login")).toBe("/auth/login");
  });

  it("answers 502 with a page that names the app's address while the app does not listen", async () => {
    const admin = await localAdmin({ appOrigin: "http://127.0.0.1:9" });
    const response = await fetch(admin.tunnelOrigin);
    expect(response.status).toBe(502);
    expect(await response.text()).toContain("http://127.0.0.1:9");
  });
});
