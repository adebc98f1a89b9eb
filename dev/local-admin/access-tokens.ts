/**
 * The tokens that the local Shopify gave out. A refresh rotates both; the old refresh token stays good until something of
 * the new pair is used, as Shopify has allowed since 2026-08-28, so that a lost answer does not lock an app out. An access
 * token lives until its own expiry.
 */
import { randomBytes } from "node:crypto";

export type TokenGrant = {
  accessToken: string;
  /** null: a non-expiring token, for apps that did not ask for expiry */
  refreshToken: string | null;
  expiresAt: number | null;
  refreshTokenExpiresAt: number | null;
  scopes: string[];
};

/** The pairs that follow one token exchange; `retired` closes a refresh token. */
type Chain = { shop: string; grants: (TokenGrant & { retired?: true })[] };

const REFRESH_TOKEN_SECONDS = 7_776_000;

export class AccessTokens {
  readonly #byAccess = new Map<string, Chain>();
  readonly #byRefresh = new Map<string, Chain>();

  /** @param expiresIn seconds an expiring access token lives; Shopify's own figure is 3600 */
  constructor(
    readonly expiresIn: number,
    private readonly now: () => number = Date.now,
  ) {}

  /** A first pair for this shop, after a token exchange. */
  issue(shop: string, scopes: string[], expiring: boolean): TokenGrant {
    return this.#add({ shop, grants: [] }, scopes, expiring);
  }

  /** The next pair, or null when this refresh token is unknown, past its time, or was succeeded by a used one. */
  refresh(shop: string, refreshToken: string, scopes: string[]): TokenGrant | null {
    const chain = this.#byRefresh.get(refreshToken);
    const grant = chain?.grants.find((candidate) => candidate.refreshToken === refreshToken);
    if (!chain || !grant || chain.shop !== shop || grant.retired) return null;
    if ((grant.refreshTokenExpiresAt ?? 0) <= this.now()) return null;
    this.#retireBefore(chain, grant);
    return this.#add(chain, scopes, true);
  }

  /** The grant behind an access token of this shop, or null when Shopify would answer 401. */
  find(shop: string, accessToken: string | undefined): TokenGrant | null {
    const chain = accessToken ? this.#byAccess.get(accessToken) : undefined;
    const grant = chain?.grants.find((candidate) => candidate.accessToken === accessToken);
    if (!chain || !grant || chain.shop !== shop) return null;
    if (grant.expiresAt !== null && grant.expiresAt <= this.now()) return null;
    this.#retireBefore(chain, grant);
    return grant;
  }

  /** Uninstalled: nothing that this shop's tokens could do is left. */
  revokeShop(shop: string) {
    for (const tokens of [this.#byAccess, this.#byRefresh])
      for (const [token, chain] of tokens) if (chain.shop === shop) tokens.delete(token);
  }

  /** Every token that is good somewhere, for a test to look for where it must not be. */
  issued(): string[] {
    return [...this.#byAccess.keys(), ...this.#byRefresh.keys()];
  }

  #add(chain: Chain, scopes: string[], expiring: boolean): TokenGrant {
    const now = this.now();
    const grant: TokenGrant = {
      accessToken: `shpat_${randomBytes(16).toString("hex")}`,
      refreshToken: expiring ? `shprt_${randomBytes(16).toString("hex")}` : null,
      expiresAt: expiring ? now + this.expiresIn * 1000 : null,
      refreshTokenExpiresAt: expiring ? now + REFRESH_TOKEN_SECONDS * 1000 : null,
      scopes: [...scopes],
    };
    chain.grants.push(grant);
    this.#byAccess.set(grant.accessToken, chain);
    if (grant.refreshToken) this.#byRefresh.set(grant.refreshToken, chain);
    return grant;
  }

  #retireBefore(chain: Chain, used: TokenGrant) {
    for (const older of chain.grants.slice(0, chain.grants.indexOf(used))) older.retired = true;
  }
}
