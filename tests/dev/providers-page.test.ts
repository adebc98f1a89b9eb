import { createPrivateKey } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import { PROVIDERS, type Provider } from "~/features/connections/provider";
import { seededCredential } from "../../prisma/seed/secrets";
import { openDesk, type ProviderDesk } from "../../dev/local-providers/desk";
import { TROUBLES, troublesOf } from "../../dev/local-providers/desk-troubles";
import { startLocalProviders } from "../../dev/local-providers/server";
import { SHOP } from "./support/catalogue";
import { localAdmin } from "./support/local-admin";

async function withProviders() {
  const providers = await startLocalProviders();
  onTestFinished(() => providers.close());
  const desk = openDesk(providers, SHOP);
  const admin = await localAdmin({ desk });
  const base = `${admin.origin}/store/north-pine/providers`;
  const post = (path: string, body = "", from = admin.origin) =>
    fetch(`${base}/${path}`, {
      method: "POST",
      headers: { Origin: from, "Content-Type": "application/x-www-form-urlencoded" },
      body,
      redirect: "manual",
    });
  const read = async () => (await fetch(base)).text();
  return { providers, desk, base, post, read };
}

const handed = (desk: ProviderDesk, provider: Provider, label: string) =>
  desk.handout(provider).find((one) => one.label === label)!.value;

const askBing = (bing: string, key: string) => fetch(`${bing}/GetUserSites?apikey=${key}`);

const refresh = (googleToken: string, form: Record<string, string>) =>
  fetch(googleToken, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "refresh_token", ...form }),
  });

const askMcp = (url: string, token: string) =>
  fetch(url, {
    method: "POST",
    headers: {
      Authorization: `Bearer ${token}`,
      "Content-Type": "application/json",
      Accept: "application/json, text/event-stream",
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }),
  });

describe("the providers' page", () => {
  it("lists the credentials of each provider under the names of the app's fields", async () => {
    const { desk, read } = await withProviders();
    const page = await read();
    for (const provider of PROVIDERS)
      for (const { label, value } of desk.handout(provider)) {
        expect(page).toContain(label.replaceAll("'", "&#39;"));
        expect(page).toContain(value.replaceAll('"', "&#34;"));
      }
  });

  it("offers only failures that the provider can have", async () => {
    expect(troublesOf("GSC")).toEqual(Object.keys(TROUBLES));
    expect(troublesOf("BING")).not.toContain("disabled");
    expect(troublesOf("MCP")).not.toContain("quota");
  });

  it("is linked in the admin's menu and answers 404 when no provider runs", async () => {
    const admin = await localAdmin();
    const base = `${admin.origin}/store/north-pine`;
    expect(await (await fetch(`${base}/webhooks`)).text()).toContain('href="/store/north-pine/providers"');
    const answer = await fetch(`${base}/providers`);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain("npm run demo");
  });
});

describe("a credential of the providers' page", () => {
  it("is accepted by its provider", async () => {
    const { providers, desk } = await withProviders();
    const { endpoints } = providers;
    for (const provider of ["GA4", "GSC"] as const) {
      const grant = {
        client_id: handed(desk, provider, "Client ID"),
        client_secret: handed(desk, provider, "Client secret"),
        refresh_token: handed(desk, provider, "Refresh token"),
      };
      expect((await refresh(endpoints.googleToken, grant)).status).toBe(200);
      const wrong = { ...grant, refresh_token: "1//other" };
      expect((await refresh(endpoints.googleToken, wrong)).status).toBe(400);
      const file = JSON.parse(handed(desk, provider, "Service account's JSON key")) as Record<string, string>;
      expect(createPrivateKey(file.private_key!).asymmetricKeyType).toBe("rsa");
    }
    expect((await askBing(endpoints.bing, handed(desk, "BING", "API key"))).status).toBe(200);
    expect((await askMcp(providers.mcpUrl, handed(desk, "MCP", "Token"))).status).not.toBe(401);
    expect((await askMcp(providers.mcpUrl, "another")).status).toBe(401);
  });

  it("is replaced on request, and the earlier one stays valid", async () => {
    const { providers, desk, post, base } = await withProviders();
    const before = handed(desk, "BING", "API key");
    const answer = await post("bing/keys");
    expect([answer.status, answer.headers.get("location")]).toEqual([303, `${new URL(base).pathname}#bing`]);
    expect(handed(desk, "BING", "API key")).not.toBe(before);
    for (const key of [before, handed(desk, "BING", "API key")])
      expect((await askBing(providers.endpoints.bing, key)).status).toBe(200);
  });
});

describe("a credential that the seed stores", () => {
  it("is accepted by Google and by the MCP server", async () => {
    const { providers } = await withProviders();
    for (const provider of ["GA4", "GSC"] as const) {
      const credential = seededCredential(SHOP, provider);
      if (credential.kind !== "oauth") throw new Error("The seed signs in with OAuth.");
      const { clientId: client_id, clientSecret: client_secret, refreshToken: refresh_token } = credential;
      const grant = { client_id, client_secret, refresh_token };
      expect((await refresh(providers.endpoints.googleToken, grant)).status).toBe(200);
    }
    const mcp = seededCredential(SHOP, "MCP");
    if (mcp.kind !== "bearer") throw new Error("The seed signs in with a token.");
    expect((await askMcp(providers.mcpUrl, mcp.token)).status).not.toBe(401);
  });

  it("is refused by Bing, as the seeded history says", async () => {
    const { providers } = await withProviders();
    const bing = seededCredential(SHOP, "BING");
    if (bing.kind !== "api_key") throw new Error("The seed signs in with a key.");
    expect(await (await askBing(providers.endpoints.bing, bing.apiKey)).json()).toMatchObject({
      ErrorCode: 3,
    });
  });
});

describe("a local provider's chosen failure", () => {
  it("lasts until it is removed, and the page marks the provider", async () => {
    const { providers, desk, post, read } = await withProviders();
    const key = handed(desk, "BING", "API key");
    expect((await post("bing/trouble", "trouble=unavailable")).status).toBe(303);
    expect((await askBing(providers.endpoints.bing, key)).status).toBe(503);
    expect((await read()).match(/>Fails</g)).toHaveLength(1);
    await post("bing/trouble", "trouble=");
    expect((await askBing(providers.endpoints.bing, key)).status).toBe(200);
    expect(await read()).not.toContain(">Fails<");
  });

  it("does not affect the other providers", async () => {
    const { providers, desk, post } = await withProviders();
    await post("mcp/trouble", "trouble=revoked");
    expect((await askMcp(providers.mcpUrl, handed(desk, "MCP", "Token"))).status).toBe(401);
    expect((await askBing(providers.endpoints.bing, handed(desk, "BING", "API key"))).status).toBe(200);
  });

  it("is accepted only from the admin's own page, for a known provider, and if that provider can have it", async () => {
    const { desk, post } = await withProviders();
    expect((await post("bing/trouble", "trouble=html", "https://evil.test")).status).toBe(403);
    expect((await post("ga5/trouble", "trouble=html")).status).toBe(404);
    for (const body of ["trouble=quota", "trouble=html&trouble=cut", "trouble=other"])
      expect((await post("bing/trouble", body)).status).toBe(400);
    expect(desk.trouble("BING")).toBeNull();
  });
});
