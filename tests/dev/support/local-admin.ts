import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { startLocalAdmin, type LocalAdmin, type LocalAdminOptions } from "../../../dev/local-admin/server";
import { mintSessionToken } from "../../../dev/local-admin/session-token";
import { SHOP, smallShop } from "./catalogue";

export const APP = { apiKey: "test-api-key", apiSecret: "test-secret-of-thirty-two-letters" };

/** A local admin on free ports, closed when the test is over. */
export async function localAdmin(changes: Partial<LocalAdminOptions> = {}): Promise<LocalAdmin> {
  const options = { ...APP, port: 0, tunnelPort: 0, appOrigin: "http://127.0.0.1:9", shops: [smallShop()] };
  const admin = await startLocalAdmin({ ...options, ...changes });
  onTestFinished(() => admin.close());
  return admin;
}

export type Listener = (req: IncomingMessage, res: ServerResponse) => unknown;

/** A server of the test's own, closed with it. */
export async function listening(listener: Listener): Promise<string> {
  const server = createServer((req, res) => void listener(req, res)).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The address of the app in the iframe of the admin's page at `url`. */
export async function framedUrl(url: string): Promise<URL> {
  const page = await (await fetch(url)).text();
  const src = /<iframe[^>]*\ssrc="([^"]+)"/.exec(page)?.[1] ?? "";
  return new URL(src.replaceAll("&#38;", "&"));
}

export function askForToken(admin: LocalAdmin, body: Record<string, string>, shop = SHOP): Promise<Response> {
  const credentials = { client_id: APP.apiKey, client_secret: APP.apiSecret };
  return fetch(`${admin.origin}/shops/${shop}/admin/oauth/access_token`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...credentials, ...body }),
  });
}

export const EXCHANGE = {
  grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
  subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
  requested_token_type: "urn:shopify:params:oauth:token-type:offline-access-token",
  expiring: "1",
};

export type TokenAnswer = {
  access_token: string;
  refresh_token: string;
  expires_in: number;
  refresh_token_expires_in: number;
  scope: string;
  error?: string;
};

/** An access token, honestly exchanged for a session token. */
export async function exchangeToken(admin: LocalAdmin): Promise<TokenAnswer> {
  const subject_token = await mintSessionToken({ ...APP, shop: SHOP });
  return (await (await askForToken(admin, { ...EXCHANGE, subject_token })).json()) as TokenAnswer;
}

export type GraphqlAnswer = {
  data: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- the answer's shape is what each test is about
  errors?: { message: string; extensions?: Record<string, unknown> }[];
  extensions: {
    cost: {
      requestedQueryCost: number;
      actualQueryCost: number | null;
      throttleStatus: { maximumAvailable: number; currentlyAvailable: number; restoreRate: number };
    };
    search?: object[];
  };
};

/** A function that asks the Admin API as an installed app does. */
export async function adminApi(admin: LocalAdmin) {
  const { access_token } = await exchangeToken(admin);
  return async (query: string, variables: object = {}): Promise<GraphqlAnswer> => {
    const response = await postGraphql(admin, { query, variables }, access_token);
    return (await response.json()) as GraphqlAnswer;
  };
}

export function postGraphql(
  admin: LocalAdmin,
  body: object,
  token: string,
  version = "2026-07",
): Promise<Response> {
  return fetch(`${admin.origin}/shops/${SHOP}/admin/api/${version}/graphql.json`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Shopify-Access-Token": token },
    body: JSON.stringify(body),
  });
}
