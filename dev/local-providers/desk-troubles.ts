/** How a developer makes a provider fail, so as to read what the app says about it. */
import type { Provider } from "~/features/connections/provider";
import type { LocalProviders } from "./server";

export const TROUBLES = {
  revoked: "The key is revoked",
  forbidden: "The key is good, but has no access",
  disabled: "The API is switched off in the project",
  quota: "The quota is used up",
  rate: "It asks to slow down",
  unavailable: "It answers 503",
  html: "It answers with an HTML page",
  hang: "It never answers",
  cut: "It closes the connection in mid-body",
  nonsense: "It answers nonsense",
} as const;
export type TroubleName = keyof typeof TROUBLES;

/** Bing and MCP servers have no project whose API is switched off, and no quota beside slowing down. */
export function troublesOf(provider: Provider): TroubleName[] {
  const names = Object.keys(TROUBLES) as TroubleName[];
  return isGoogle(provider) ? names : names.filter((name) => name !== "disabled" && name !== "quota");
}

/** From the next request on, until it is mended with null. */
export function breakProvider(providers: LocalProviders, provider: Provider, name: TroubleName | null): void {
  if (isGoogle(provider)) providers.google.setTrouble(provider, name);
  else if (provider === "BING") providers.bing.setTrouble(name && bingTrouble(name));
  else providers.mcp.setTrouble(name && mcpTrouble(name));
}

function isGoogle(provider: Provider): provider is "GA4" | "GSC" {
  return provider === "GA4" || provider === "GSC";
}

type BingTrouble = NonNullable<Parameters<LocalProviders["bing"]["setTrouble"]>[0]>;
type HttpTrouble = Exclude<BingTrouble, { kind: "errorCode" }>;

function bingTrouble(name: TroubleName): BingTrouble {
  switch (name) {
    case "revoked":
      return { kind: "errorCode", code: 3 };
    case "forbidden":
      return { kind: "errorCode", code: 14 };
    case "rate":
      return { kind: "errorCode", code: 4 };
    default:
      return mcpTrouble(name);
  }
}

function mcpTrouble(name: TroubleName): HttpTrouble {
  switch (name) {
    case "revoked":
      return {
        kind: "status",
        status: 401,
        headers: { "WWW-Authenticate": `Bearer error="invalid_token"` },
      };
    case "forbidden":
    case "disabled":
      return { kind: "status", status: 403 };
    case "quota":
    case "rate":
      return { kind: "status", status: 429, headers: { "Retry-After": "30" } };
    case "unavailable":
      return { kind: "status", status: 503 };
    default:
      return { kind: name };
  }
}
