import { createHmac } from "node:crypto";
import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { verifySessionToken } from "../../dev/local-admin/session-token";
import { SHOP } from "./support/catalogue";
import { APP, framedUrl, localAdmin } from "./support/local-admin";

describe("the local admin's page of the app", () => {
  it("frames the same path of the app with Shopify's parameters", async () => {
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

  it("signs the framed address", async () => {
    const url = await framedUrl((await localAdmin()).adminUrl(SHOP));
    const { hmac, ...rest } = Object.fromEntries(url.searchParams);
    const message = Object.keys(rest)
      .sort()
      .map((key) => `${key}=${rest[key]}`)
      .join("&");
    expect(hmac).toBe(createHmac("sha256", APP.apiSecret).update(message).digest("hex"));
  });

  it("is the target of / and of the shop's own address", async () => {
    const admin = await localAdmin();
    for (const path of ["/", "/store/north-pine"])
      expect((await fetch(admin.origin + path)).url).toBe(admin.adminUrl(SHOP));
  });

  it("offers to install the app on a shop without it", async () => {
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

  it("escapes the shop's name and the path", async () => {
    const admin = await localAdmin();
    admin.shop(SHOP).shop.name = "<b>Tom & Co</b>";
    const page = await (await fetch(admin.adminUrl(SHOP, '/app?x="><script>1</script>'))).text();
    expect(page).toContain("&#60;b&#62;Tom &#38; Co");
    expect(page).toContain("%3Cscript%3E1");
    expect(page).not.toContain("<b>Tom");
    expect(page).not.toContain("<script>1");
  });
});

describe("the local admin's session token endpoint", () => {
  const ask = (origin: string, from: string) =>
    fetch(`${origin}/store/north-pine/session-token`, { method: "POST", headers: { Origin: from } });

  it("mints a token for the admin's own page", async () => {
    const admin = await localAdmin();
    const { token } = (await (await ask(admin.origin, admin.origin)).json()) as { token: string };
    expect(await verifySessionToken(token, { ...APP, shop: SHOP })).not.toBeNull();
  });

  it("refuses a page of another origin, the app's included", async () => {
    const admin = await localAdmin();
    for (const from of ["https://evil.test", admin.tunnelOrigin])
      expect((await ask(admin.origin, from)).status).toBe(403);
  });

  it("answers 409 when the app is not installed", async () => {
    const admin = await localAdmin();
    admin.shop(SHOP).installed = false;
    expect((await ask(admin.origin, admin.origin)).status).toBe(409);
  });
});

describe("the local admin", () => {
  it("shows which page of Shopify a link of the app would open", async () => {
    const admin = await localAdmin();
    const page = await (await fetch(`${admin.origin}/store/north-pine/orders/1003`)).text();
    expect(page).toContain("Order #1003");
    expect(page).toContain("/store/north-pine/orders/1003");
  });

  it("answers 404 for an unknown shop and lists the known ones", async () => {
    const response = await fetch(`${(await localAdmin()).origin}/store/other/orders`);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain("North Pine");
  });

  it("refuses a Host header other than localhost", async () => {
    const { origin } = await localAdmin();
    const status = await new Promise((resolve) =>
      request(origin, { headers: { host: "rebound.evil.test" } }, (answer) =>
        resolve(answer.statusCode),
      ).end(),
    );
    expect(status).toBe(403);
  });
});
