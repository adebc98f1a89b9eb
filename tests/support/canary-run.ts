/**
 * A merchant's session in which every secret is a canary: connected, refused, tested while the provider is broken in every
 * way, replaced, rotated, pasted into the wrong place, and disconnected. Nothing is asserted here but that the paths were
 * really taken; what came out is for the caller to search.
 */
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { connectDatabase } from "~/platform/db/client.server";
import { connectionUrl, PROVIDERS, type Provider } from "~/features/connections/provider";
import { BING_SITE, GA4_PROPERTY, GSC_SITE } from "../../dev/local-providers/desk";
import { troublesOf } from "../../dev/local-providers/desk-troubles";
import { mintSessionToken } from "../../dev/local-admin/session-token";
import { API_KEY, API_SECRET, type Demo } from "../e2e/support/demo";
import { Canaries } from "./canaries";
import { USER_AGENT } from "./user-agent";

const ROUTE = encodeURIComponent("routes/app.settings.connections_.$provider");
const GOOGLE = { properties: [GA4_PROPERTY], sites: [GSC_SITE] };

type Fields = Record<string, string>;
export type CanaryRun = {
  canaries: Canaries;
  /** Every body and every header that the app has sent, error pages included */
  sent: string;
  /** How often each status was answered */
  statuses: Record<number, number>;
  /** The command lines of all processes, looked at again and again during the run */
  commandLines: string;
};

export async function runCanaries(demo: Demo, atLeast: number): Promise<CanaryRun> {
  const canaries = new Canaries();
  const statuses: Record<number, number> = {};
  const sent: string[] = [];
  const commandLines = new Set<string>();
  const echo = await startEcho();
  try {
    await page("/app");
    for (let round = 0; canaries.count < atLeast; round++) {
      await Promise.all(PROVIDERS.map((provider) => session(provider, round)));
      for (const line of allCommandLines()) commandLines.add(line);
      await letAnHourPass(demo.databaseUrl);
    }
    if (demo.cable) await withoutDatabase();
  } finally {
    echo.close();
  }
  return { canaries, sent: sent.join("\n"), statuses, commandLines: [...commandLines].join("\n") };

  async function session(provider: Provider, round: number) {
    const good = goodFields(provider);
    await post(provider, { intent: "connect", ...good });
    await post(provider, { intent: "sites", ...good });
    // Unknown to the provider; then in the wrong place or the wrong form.
    await post(provider, { intent: "connect", ...good, ...unknown(provider) });
    for (const fields of misplaced(provider)) await post(provider, { intent: "connect", ...good, ...fields });
    const all = troublesOf(provider);
    for (const name of round === 0 ? all : [all[round % all.length]!]) {
      // Ten seconds each; the MCP server's own limit is short.
      if (name === "hang" && provider !== "MCP") continue;
      demo.desk.setTrouble(provider, name);
      await post(provider, { intent: "test" });
      await post(provider, { intent: "connect", ...goodFields(provider) });
      await post(provider, { intent: "sites", ...good });
    }
    demo.desk.setTrouble(provider, null);
    await post(provider, { intent: "rotate", ...good });
    await post(provider, { intent: "rotate", ...goodFields(provider) });
    await post(provider, { intent: canaries.next(), ...good });
    if (provider === "MCP")
      for (const path of ECHOES) {
        const endpoint = `${echo.origin}/${path}`;
        await post(provider, { intent: "connect", ...good, endpoint, token: canaries.next("mcp_") });
      }
    await page(connectionUrl(provider));
    await page("/app/settings/connections");
    if (round % 2) await post(provider, { intent: "disconnect" });
  }

  /** A good form whose secrets nobody has seen before. */
  function goodFields(provider: Provider): Fields {
    switch (provider) {
      case "GA4":
        return { propertyId: GA4_PROPERTY, ...grant() };
      case "GSC":
        return { siteUrl: GSC_SITE, ...(canaries.count % 40 === 0 ? keyFile() : grant()) };
      case "BING": {
        const apiKey = canaries.next();
        demo.providers.bing.addKey({ apiKey, sites: [{ url: BING_SITE, isVerified: true }] });
        return { siteUrl: BING_SITE, apiKey };
      }
      case "MCP": {
        const token = canaries.next("mcp_");
        demo.providers.mcp.addToken(token);
        const endpoint = demo.providers.mcpUrl;
        return { endpoint, credentialKind: "bearer", token, timeoutSeconds: "0.5" };
      }
    }
  }

  function grant(): Fields {
    const client = { clientId: "shop.apps.googleusercontent.com", clientSecret: canaries.next("GOCSPX-") };
    const refreshToken = canaries.next("1//");
    demo.providers.google.addGrant({ ...client, refreshToken, ...GOOGLE });
    return { credentialKind: "oauth", ...client, refreshToken };
  }

  function keyFile(): Fields {
    const serviceAccount = canaries.keyFile(demo.providers.google.addServiceAccount(GOOGLE));
    return { credentialKind: "service_account", serviceAccount };
  }

  function unknown(provider: Provider): Fields {
    if (provider === "BING") return { apiKey: canaries.next() };
    if (provider === "MCP") return { token: canaries.next() };
    return {
      credentialKind: "oauth",
      clientSecret: canaries.next("GOCSPX-"),
      refreshToken: canaries.next("1//"),
    };
  }

  function misplaced(provider: Provider): Fields[] {
    switch (provider) {
      case "GA4":
      case "GSC":
        return [
          { credentialKind: "service_account", serviceAccount: `{"private_key":"${canaries.next()}` },
          {
            credentialKind: "service_account",
            serviceAccount: JSON.stringify({
              ...{ type: "service_account", client_email: "a@b.example.com", private_key_id: "1" },
              private_key: `-----BEGIN PRIVATE KEY-----\n${canaries.next()}\n-----END PRIVATE KEY-----\n`,
            }),
          },
          { credentialKind: "service_account", serviceAccount: canaries.next() },
          { siteUrl: `https://user:${canaries.next()}@example.com/`, propertyId: "0" },
        ];
      case "BING":
        return [
          { apiKey: `${canaries.next()} and more` },
          { apiKey: `https://ssl.bing.com/x?apikey=${canaries.next()}`, siteUrl: "nonsense" },
          { siteUrl: `https://example.com/?key=${canaries.next()}` },
        ];
      case "MCP":
        return [
          { endpoint: `https://user:${canaries.next()}@mcp.example.com/mcp` },
          { endpoint: `https://mcp.example.com/mcp?token=${canaries.next()}` },
          { token: `Bearer ${canaries.next()} ${canaries.next()}` },
          { token: canaries.next(), timeoutSeconds: "0" },
        ];
    }
  }

  async function post(provider: Provider, fields: Fields) {
    const response = await fetch(`${demo.appOrigin}${connectionUrl(provider)}?_data=${ROUTE}`, {
      method: "POST",
      headers: { "User-Agent": USER_AGENT, Authorization: `Bearer ${await idToken()}` },
      body: new URLSearchParams(fields),
    });
    await keep(response);
  }

  async function page(path: string) {
    const host = Buffer.from("admin.shopify.com/store/backroom-demo").toString("base64url");
    const query = new URLSearchParams({ embedded: "1", shop: demo.shop, host, id_token: await idToken() });
    await keep(await fetch(`${demo.appOrigin}${path}?${query}`, { headers: { "User-Agent": USER_AGENT } }));
  }

  /** The error page of a form that was posted while the database was away. */
  async function withoutDatabase() {
    await demo.cable!.cut();
    for (const provider of PROVIDERS) {
      await post(provider, { intent: "connect", ...goodFields(provider) });
      await page(connectionUrl(provider));
    }
    await demo.cable!.mend();
  }

  async function keep(response: Response) {
    statuses[response.status] = (statuses[response.status] ?? 0) + 1;
    sent.push(JSON.stringify([...response.headers]), await response.text());
  }

  function idToken() {
    return mintSessionToken({ apiKey: API_KEY, apiSecret: API_SECRET, shop: demo.shop });
  }
}

/** So many tests are allowed in an hour, and fewer than these. */
async function letAnHourPass(databaseUrl: string) {
  const db = await connectDatabase(databaseUrl);
  await db.connectionEvent.updateMany({ data: { createdAt: new Date(Date.now() - 2 * 60 * 60 * 1000) } });
  await db.$disconnect();
}

function allCommandLines(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, "utf8")];
      } catch {
        return []; // Ended since the listing.
      }
    });
}

const ECHOES = ["html", "error", "name", "rpc", "redirect", "header"];

/** A server that gives back the token that it was sent, in whatever it says. */
async function startEcho() {
  const answer: RequestListener = (request, response) => {
    const token = request.headers.authorization ?? "";
    const spellings = [token, token.slice(7), Buffer.from(token.slice(7)).toString("base64")].join(" ");
    const json = (status: number, body: unknown) =>
      response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
    switch (request.url) {
      case "/html":
        return response.writeHead(200, { "Content-Type": "text/html" }).end(`<h1>${spellings}</h1>`);
      case "/error":
        return json(400, { error: spellings, message: spellings });
      case "/redirect":
        return response.writeHead(302, { Location: `https://example.com/?token=${token.slice(7)}` }).end();
      case "/header":
        return response
          .writeHead(401, { "WWW-Authenticate": `Bearer error="${token.slice(7)}"` })
          .end(spellings);
    }
    let text = "";
    request.on("data", (chunk) => (text += String(chunk)));
    request.on("end", () => {
      const { id = 1, method } = JSON.parse(text || "{}") as { id?: number; method?: string };
      if (request.url === "/rpc")
        return json(200, { jsonrpc: "2.0", id, error: { code: -32000, message: spellings } });
      if (method !== "initialize")
        return json(200, { jsonrpc: "2.0", id, result: { tools: [{ name: spellings }] } });
      const result = { protocolVersion: "2025-11-25", capabilities: { tools: {} } };
      json(200, {
        jsonrpc: "2.0",
        id,
        result: { ...result, serverInfo: { name: spellings, version: spellings } },
      });
    });
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
