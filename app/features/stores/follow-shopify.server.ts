/** What webhooks tell about a shop, followed on its row. All of it takes part in the caller's transaction. */
import type { Queryable } from "~/platform/db/client.server";
import { isTimezone } from "~/platform/shop-day";
import {
  deleteSessionsOfShop,
  hasTokenIssuedAfter,
  updateScopeOfShop,
} from "~/platform/shopify/session-storage.server";
import { StoreRepository } from "./store.repository.server";

/**
 * The shop uninstalled the app at `at`: its tokens and sessions go, its data stays for a reinstall until shop/redact
 * (the lifecycle of `Store` in the schema). A late notice takes nothing from a shop that is back: a row that is still
 * ACTIVE from before may belong to one whose return came first, which its new token tells.
 */
export async function followUninstall(
  db: Queryable,
  { id, shopDomain, at }: { id: string; shopDomain: string; at: Date },
): Promise<"uninstalled" | "installed-since" | "not-installed"> {
  const stores = new StoreRepository(db);
  if ((await stores.findStatus(id)) !== "ACTIVE") return "not-installed";
  if (await hasTokenIssuedAfter(db, shopDomain, at)) return "installed-since";
  if (!(await stores.markUninstalled(id, at))) return "installed-since";
  await deleteSessionsOfShop(db, shopDomain);
  return "uninstalled";
}

/** The same for a shop that left a session and no row: true when there was one to delete. */
export async function forgetSessions(
  db: Queryable,
  { shopDomain, at }: { shopDomain: string; at: Date },
): Promise<boolean> {
  if (await hasTokenIssuedAfter(db, shopDomain, at)) return false;
  return (await deleteSessionsOfShop(db, shopDomain)) > 0;
}

export type ShopFacts = { name: string; currency: string; ianaTimezone: string | null };

/**
 * The shop's facts as of `at`. A zone that is unknown here, or not told, leaves the known one.
 * `recalculate` when amounts or days now mean something else: what was computed from them is to be dropped.
 */
export async function followShop(
  db: Queryable,
  id: string,
  { ianaTimezone: zone, ...told }: ShopFacts,
  at: Date,
): Promise<"older" | "unchanged" | "updated" | "recalculate"> {
  const stores = new StoreRepository(db);
  const known = await stores.findById(id);
  if (!known) return "unchanged";
  const facts = { ...told, ianaTimezone: zone && isTimezone(zone) ? zone : known.ianaTimezone };
  const same =
    known.name === facts.name &&
    known.currency === facts.currency &&
    known.ianaTimezone === facts.ianaTimezone;
  if (same && known.shopUpdatedAt?.getTime() === at.getTime()) return "unchanged";
  if (!(await stores.updateShopFactsAsOf(id, at, facts))) return "older";
  const moved = known.currency !== facts.currency || known.ianaTimezone !== facts.ianaTimezone;
  return moved ? "recalculate" : "updated";
}

/** The scopes that the merchant had granted at `at`, on the store's row and on its offline sessions. */
export async function followScopes(
  db: Queryable,
  { id, shopDomain }: { id: string; shopDomain: string },
  scopes: string,
  at: Date,
): Promise<"older" | "unchanged" | "updated"> {
  const stores = new StoreRepository(db);
  const known = await stores.findById(id);
  // The token exchange of an installation brings its scopes; what was before it is another installation's.
  if (!known || at < known.installedAt) return "older";
  const same = known.scopes === scopes && known.scopesUpdatedAt?.getTime() === at.getTime();
  if (!same && !(await stores.updateScopesAsOf(id, at, scopes))) return "older";
  const sessions = await updateScopeOfShop(db, shopDomain, scopes);
  return same && !sessions ? "unchanged" : "updated";
}
