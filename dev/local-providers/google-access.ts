/**
 * Who may do what at the local Google: service accounts with real keys, merchants' grants, and the short-lived tokens
 * that both are exchanged for.
 * Sources: https://developers.google.com/identity/protocols/oauth2/service-account, RFC 7523, RFC 6749 §6
 */
import { generateKeyPairSync, randomBytes, type KeyObject, type KeyPairKeyObjectResult } from "node:crypto";
import { compactVerify, decodeJwt } from "jose";
import { tokenError } from "./google-errors";
import type { Answer } from "./trouble";

export type SiteRight = { siteUrl: string; permissionLevel: string };
/** What an account may read. */
export type Rights = { projectId: string; properties: string[]; sites: SiteRight[] };
export type Holder = Rights & { scopes: string[] };

/** A site named by its address alone is the account's own. */
export type RightsOptions = { projectId?: string; properties?: string[]; sites?: (string | SiteRight)[] };
export type AccountOptions = RightsOptions & { clientEmail?: string; keyPair?: KeyPairKeyObjectResult };
export type Grant = RightsOptions & {
  clientId: string;
  clientSecret: string;
  refreshToken: string;
  scopes?: string[];
};

const SCOPES = ["analytics.readonly", "webmasters.readonly"].map(
  (name) => `https://www.googleapis.com/auth/${name}`,
);
const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/** What an assertion is for, under whatever address it was sent */
const AUDIENCE = "https://oauth2.googleapis.com/token";
const TOKEN_SECONDS = 3600;
const SKEW_SECONDS = 300;

export class GoogleAccess {
  readonly #accounts = new Map<string, Rights & { publicKey: KeyObject }>();
  readonly #grants = new Map<string, Rights & Grant>();
  /** A client outlives its grants, and may have more than one secret while it changes them */
  readonly #clients = new Map<string, Set<string>>();
  readonly #tokens = new Map<string, Holder & { expiresAt: number }>();

  constructor(private readonly now: () => Date) {}

  /**
   * The JSON file that Google Cloud would download; only the public half of its key is kept.
   * @param options keyPair: of 2048 bits, made now unless it is given, which takes a quarter of a second
   */
  addServiceAccount(options: AccountOptions): string {
    const rights = rightsOf(options);
    const name = `backroom-${this.#accounts.size + 1}@${rights.projectId}.iam.gserviceaccount.com`;
    const { clientEmail = name, keyPair = generateKeyPairSync("rsa", { modulusLength: 2048 }) } = options;
    const { publicKey, privateKey } = keyPair;
    this.#accounts.set(clientEmail, { ...rights, publicKey });
    const file = {
      type: "service_account",
      project_id: rights.projectId,
      private_key_id: randomBytes(20).toString("hex"),
      private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
      client_email: clientEmail,
      client_id: "100000000000000000001",
      auth_uri: "https://accounts.google.com/o/oauth2/auth",
      token_uri: "https://oauth2.googleapis.com/token",
      universe_domain: "googleapis.com",
    };
    return JSON.stringify(file, null, 2);
  }

  addGrant(grant: Grant): void {
    this.#grants.set(grant.refreshToken, { ...grant, ...rightsOf(grant) });
    const secrets = this.#clients.get(grant.clientId) ?? new Set();
    this.#clients.set(grant.clientId, secrets.add(grant.clientSecret));
  }

  /** As a person does in their account's settings: the refresh token and every access token that it gave. */
  revoke(refreshToken: string): void {
    this.#grants.delete(refreshToken);
    this.expireTokens();
  }

  /** Every access token that is out ends now. */
  expireTokens(): void {
    this.#tokens.clear();
  }

  /** The token's holder, or null when Google would answer 401. */
  findHolder(authorization: string | undefined): Holder | null {
    const token = /^Bearer (\S+)$/.exec(authorization ?? "")?.[1];
    const holder = token && this.#tokens.get(token);
    return holder && holder.expiresAt > this.now().getTime() ? holder : null;
  }

  // 200 a token · 400 invalid_grant, invalid_scope, unsupported_grant_type · 401 invalid_client
  async token(form: URLSearchParams): Promise<Answer> {
    switch (form.get("grant_type")) {
      case JWT_BEARER:
        return this.#exchange(form.get("assertion") ?? "");
      case "refresh_token":
        return this.#refresh(form);
      default:
        return tokenError(400, "unsupported_grant_type", "Invalid grant_type");
    }
  }

  async #exchange(assertion: string): Promise<Answer> {
    const claims = claimsOf(assertion);
    if (!claims) return tokenError(400, "invalid_grant", "Bad Request");
    const account = this.#accounts.get(claims.iss);
    if (!account) return tokenError(400, "invalid_grant", "Invalid grant: account not found");
    const verified = await compactVerify(assertion, account.publicKey, { algorithms: ["RS256"] }).catch(
      () => null,
    );
    if (!verified) return tokenError(400, "invalid_grant", "Invalid JWT Signature.");
    if (claims.aud !== AUDIENCE)
      return tokenError(400, "invalid_grant", "Invalid JWT: Failed audience check.");
    if (!this.#inTime(claims))
      return tokenError(
        400,
        "invalid_grant",
        "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.",
      );
    const scopes = claims.scope.split(" ").filter((scope) => SCOPES.includes(scope));
    if (scopes.length === 0)
      return tokenError(400, "invalid_scope", "Invalid OAuth scope or ID token audience provided.");
    return this.#issue({ ...account, scopes });
  }

  #inTime({ iat, exp }: { iat: number; exp: number }): boolean {
    const now = this.now().getTime() / 1000;
    return (
      exp - iat <= TOKEN_SECONDS && iat <= now + SKEW_SECONDS && exp >= now + TOKEN_SECONDS - SKEW_SECONDS
    );
  }

  #refresh(form: URLSearchParams): Answer {
    const clientId = form.get("client_id") ?? "";
    const secrets = this.#clients.get(clientId);
    if (!secrets) return tokenError(401, "invalid_client", "The OAuth client was not found.");
    if (!secrets.has(form.get("client_secret") ?? ""))
      return tokenError(401, "invalid_client", "Unauthorized");
    const grant = this.#grants.get(form.get("refresh_token") ?? "");
    if (!grant) return tokenError(400, "invalid_grant", "Token has been expired or revoked.");
    if (grant.clientId !== clientId) return tokenError(401, "unauthorized_client", "Unauthorized");
    return this.#issue({ ...grant, scopes: grant.scopes ?? SCOPES });
  }

  #issue({ projectId, properties, sites, scopes }: Holder): Answer {
    const token = `ya29.local-${randomBytes(24).toString("base64url")}`;
    const expiresAt = this.now().getTime() + TOKEN_SECONDS * 1000;
    this.#tokens.set(token, { projectId, properties, sites, scopes, expiresAt });
    const body = {
      access_token: token,
      expires_in: TOKEN_SECONDS - 1,
      token_type: "Bearer",
      scope: scopes.join(" "),
    };
    return { status: 200, body };
  }
}

function rightsOf({ projectId = "backroom-demo", properties = [], sites = [] }: RightsOptions): Rights {
  const rights = sites.map((site) =>
    typeof site === "string" ? { siteUrl: site, permissionLevel: "siteOwner" } : site,
  );
  return { projectId, properties, sites: rights };
}

function claimsOf(assertion: string) {
  try {
    const { iss, aud, iat, exp, scope } = decodeJwt(assertion);
    return { iss: String(iss), aud: String(aud), iat: Number(iat), exp: Number(exp), scope: String(scope) };
  } catch {
    return null;
  }
}
