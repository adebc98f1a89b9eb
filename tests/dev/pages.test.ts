import { createHmac } from "node:crypto";
import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { verifySessionToken } from "../../dev/local-admin/session-token";
import { SHOP } from "./support/catalogue";
import { APP, localAdmin } from "./support/local-admin";

async function framedUrl(url: string): Promise<URL> {
  const page = await (await fetch(url)).text();
  const src = /<iframe[^>]*\ssrc="([^"]+)"/.exec(page)?.[1] ?? "";
  return new URL(src.replaceAll("&#38;", "&"));
}

describe("the app's page", () => {
  it("frames the same path of the app, with what Shopify adds to it", async () => {
    const admin = await localAdmin();
    const url = await framedUrl(admin.adminUrl(SHOP, "/app/orders?flag=high&embedded=0&id_token=stale"));
    expect(url.origin + url.pathname).toBe(`${admin.tunnelOrigin}/app/orders`);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      flag: "high",
      embedded: "1",
      shop: SHOP,
      locale: "en",
    });
    expect(atob(url.searchParams.get("host")!)).toBe("admin.shopify.com/store/north-pine");
    expect(
      await verifySessionToken(url.searchParams.get("id_token")!, { ...APP, shop: SHOP }),
    ).not.toBeNull();
  });

  it("signs the address", async () => {
    const url = await framedUrl((await localAdmin()).adminUrl(SHOP));
    const { hmac, ...rest } = Object.fromEntries(url.searchParams);
    const message = Object.keys(rest)
      .sort()
      .map((key) => `${key}=${rest[key]}`)
      .join("&");
    expect(hmac).toBe(createHmac("sha256", APP.apiSecret).update(message).digest("hex"));
  });

  it("is where / and the shop's own address lead", async () => {
    const admin = await localAdmin();
    for (const path of ["/", "/store/north-pine"])
      expect((await fetch(admin.origin + path)).url).toBe(admin.adminUrl(SHOP));
  });

  it("offers to install the app on a shop that has not got it", async () => {
    const admin = await localAdmin();
    admin.shop(SHOP).installed = false;
    expect(await (await fetch(admin.adminUrl(SHOP))).text()).toContain("Install Backroom");
    const headers = { Origin: admin.origin };
    const answer = await fetch(`${admin.origin}/store/north-pine/install`, {
      method: "POST",
      headers,
      redirect: "manual",
    });
    expect(answer.headers.get("location")).toBe(admin.adminUrl(SHOP));
    expect(admin.shop(SHOP).installed).toBe(true);
  });

  it("escapes what it shows", async () => {
    const admin = await localAdmin();
    admin.shop(SHOP).shop.name = "<b>Tom & Co</b>";
    const page = await (await fetch(admin.adminUrl(SHOP, '/app?x="><script>1</script>'))).text();
    expect(page).not.toContain("<b>Tom");
    expect(page).not.toContain("<script>1");
  });
});

describe("a session token", () => {
  const ask = (origin: string, from: string) =>
    fetch(`${origin}/store/north-pine/session-token`, { method: "POST", headers: { Origin: from } });

  it("is minted for the admin's own page", async () => {
    const admin = await localAdmin();
    const { token } = (await (await ask(admin.origin, admin.origin)).json()) as { token: string };
    expect(await verifySessionToken(token, { ...APP, shop: SHOP })).not.toBeNull();
  });

  it("is refused to a page of another origin, the app's included", async () => {
    const admin = await localAdmin();
    for (const from of ["https://evil.test", admin.tunnelOrigin])
      expect((await ask(admin.origin, from)).status).toBe(403);
  });

  it("is refused when the app is not installed", async () => {
    const admin = await localAdmin();
    admin.shop(SHOP).installed = false;
    expect((await ask(admin.origin, admin.origin)).status).toBe(409);
  });
});

describe("the rest of the admin", () => {
  it("says what a link of the app would open in Shopify", async () => {
    const admin = await localAdmin();
    const page = await (await fetch(`${admin.origin}/store/north-pine/orders/1003`)).text();
    expect(page).toContain("Order #1003");
    expect(page).toContain("/store/north-pine/orders/1003");
  });

  it("answers 404 to a shop that is not here, and names those that are", async () => {
    const response = await fetch(`${(await localAdmin()).origin}/store/other/orders`);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain("North Pine");
  });

  it("answers to no other name than localhost", async () => {
    const { origin } = await localAdmin();
    const status = await new Promise((resolve) =>
      request(origin, { headers: { host: "rebound.evil.test" } }, (answer) =>
        resolve(answer.statusCode),
      ).end(),
    );
    expect(status).toBe(403);
  });
});
