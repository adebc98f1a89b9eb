/** Google, Bing and a shop's MCP server in one local server, for tests and for `npm run demo`. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { listen, stop } from "../loopback-server";
import { BING_PATH, createLocalBing, type LocalBing } from "./bing";
import { createLocalGoogle, type LocalGoogle, type LocalGoogleOptions } from "./google";
import { createLocalMcp, type LocalMcp } from "./mcp";

export type LocalProvidersOptions = {
  /** 0, the default, takes any free port */
  port?: number;
  /** The name in the addresses, 127.0.0.1 by default; the server listens on 127.0.0.1 in any case */
  hostname?: "localhost" | "127.0.0.1";
  /** The clock of the providers' figures */
  now?: () => Date;
  /** Of every property of Google Analytics */
  property?: Pick<LocalGoogleOptions, "timeZone" | "currencyCode">;
};

export type LocalProviders = {
  origin: string;
  /** As the app's configuration has them */
  endpoints: { googleToken: string; ga4: string; gsc: string; bing: string };
  mcpUrl: string;
  google: LocalGoogle;
  bing: LocalBing;
  mcp: LocalMcp;
  close: () => Promise<void>;
};

/** Listens when the promise resolves. Rejects when the port is taken. */
export async function startLocalProviders(options: LocalProvidersOptions = {}): Promise<LocalProviders> {
  const { port = 0, hostname = "127.0.0.1", now = () => new Date(), property } = options;
  const google = createLocalGoogle({ now, ...property });
  const bing = createLocalBing({ now });
  const mcp = createLocalMcp();
  const providers = [google, bing, mcp];

  // 404 what no provider knows · 500 a provider broke
  async function answer(request: IncomingMessage, response: ServerResponse) {
    const path = (request.url ?? "/").split("?")[0]!;
    for (const provider of providers) if (await provider.handle(request, response, path)) return;
    response.writeHead(404).end();
  }
  const server = createServer((request, response) => {
    answer(request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    });
  });
  await listen(server, port);
  const origin = `http://${hostname}:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    endpoints: {
      googleToken: `${origin}/google/token`,
      ga4: `${origin}/ga4`,
      gsc: `${origin}/gsc`,
      bing: origin + BING_PATH,
    },
    mcpUrl: `${origin}/mcp`,
    google,
    bing,
    mcp,
    close: async () => void (await Promise.all([stop(server), mcp.close()])),
  };
}
