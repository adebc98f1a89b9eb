/** What a merchant entrusts to us for each provider. This is the plaintext inside a StoreSecret's envelope, as JSON. */
import { z } from "zod";
import type { Provider } from "./provider";

const text = z.string().min(1);

const serviceAccount = z.object({
  kind: z.literal("service_account"),
  clientEmail: text,
  /** PEM */
  privateKey: text,
  privateKeyId: z.string(),
});

const oauth = z.object({
  kind: z.literal("oauth"),
  clientId: text,
  clientSecret: text,
  refreshToken: text,
});

const google = z.discriminatedUnion("kind", [serviceAccount, oauth]);
const bing = z.object({ kind: z.literal("api_key"), apiKey: text });
const mcp = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("bearer"), token: text }),
  /** A server that asks for no token */
  z.object({ kind: z.literal("none") }),
]);

const SCHEMAS = { GA4: google, GSC: google, BING: bing, MCP: mcp };

export type GoogleCredential = z.infer<typeof google>;
export type BingCredential = z.infer<typeof bing>;
export type McpCredential = z.infer<typeof mcp>;
export type Credentials = {
  GA4: GoogleCredential;
  GSC: GoogleCredential;
  BING: BingCredential;
  MCP: McpCredential;
};
export type Credential = Credentials[Provider];

export function writeCredential(credential: Credential): string {
  return JSON.stringify(credential);
}

/** @throws {CredentialUnreadableError} when what was stored is no credential of this provider */
export function readCredential<P extends Provider>(provider: P, plaintext: string): Credentials[P] {
  const parsed = SCHEMAS[provider].safeParse(jsonOf(plaintext));
  if (!parsed.success) throw new CredentialUnreadableError(provider);
  return parsed.data as Credentials[P];
}

/** The strings of a credential that nobody may ever see again. */
export function secretPartsOf(credential: Credential): string[] {
  switch (credential.kind) {
    case "service_account":
      return [credential.privateKey];
    case "oauth":
      return [credential.clientSecret, credential.refreshToken];
    case "api_key":
      return [credential.apiKey];
    case "bearer":
      return [credential.token];
    case "none":
      return [];
  }
}

/** As whom it signs in, where that is no secret. */
export function accountOf(credential: Credential): string | undefined {
  if (credential.kind === "service_account") return credential.clientEmail;
  return credential.kind === "oauth" ? credential.clientId : undefined;
}

/** Enough to tell two credentials apart by eye: the end of a key's id, or of the key itself where it is long enough. */
export function lastFourOf(credential: Credential): string {
  if (credential.kind === "service_account") return credential.privateKeyId.slice(-4);
  const secret = secretPartsOf(credential).at(-1) ?? "";
  return secret.length >= 12 ? secret.slice(-4) : "";
}

/** Opened and authentic, yet not in a shape that this version knows. Never carries its content. */
export class CredentialUnreadableError extends Error {
  readonly name = "CredentialUnreadableError";
  readonly code = "CREDENTIAL_UNREADABLE";
  constructor(provider: Provider) {
    super(`The stored credential of ${provider} is not in a form that this version reads; connect it again.`);
  }
}

function jsonOf(plaintext: string): unknown {
  try {
    return JSON.parse(plaintext);
  } catch {
    return undefined;
  }
}
