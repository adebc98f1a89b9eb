/** Pieces of Shopify's REST payloads that several topics have (https://shopify.dev/docs/api/webhooks/latest). */
import { z } from "zod";
import { PayloadError, type InboxEvent } from "../handler";

/** A number, or the digits of one that is too long for a JavaScript number (payload.ts); always text from here on. */
export const shopifyId = z
  .union([z.int().positive(), z.string().regex(/^[1-9]\d{0,19}$/)], { error: "expected an id" })
  .transform(String);

/** Instants come with their shop's offset: "2021-12-31T19:00:00-05:00". Both databases take these years. */
export const instant = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .refine((at) => at.getUTCFullYear() >= 1000 && at.getUTCFullYear() <= 9999, {
    error: "expected an instant of the years 1000 to 9999",
  });

export const currencyCode = z.string().regex(/^[A-Z]{3}$/, { error: "expected an ISO 4217 code" });

export function gidOf(type: string, id: string): string {
  return `gid://shopify/${type}/${id}`;
}

/** How a payload says which object it is about: by number, by GID, or by both. */
export function identity(type: string) {
  const gid = z
    .string()
    .regex(new RegExp(`^gid://shopify/${type}/\\d{1,20}$`), { error: `expected a GID of ${type}` });
  return { id: shopifyId.nullish(), admin_graphql_api_id: gid.nullish() };
}

type Identity = { id?: string | null; admin_graphql_api_id?: string | null };

/** @throws {PayloadError} when the payload does not say */
export function gidFrom(type: string, { id, admin_graphql_api_id: gid }: Identity): string {
  if (gid) return gid;
  if (id) return gidOf(type, id);
  throw new PayloadError(`id: expected the id of the ${type}`);
}

/** As of when an event tells: by the object's own clock where the payload has it, else by when Shopify noticed. */
export function toldAt({ triggeredAt, receivedAt }: InboxEvent, updatedAt?: Date | null): Date {
  return updatedAt ?? triggeredAt ?? receivedAt;
}

export const OLDER = { skipped: "This event is older than what is already known." };

/**
 * Shopify signs the body and not the headers, so the shop that a payload is about counts for more than the one that it
 * came in under. Null when they agree, or the payload does not say (as in Shopify's own samples).
 */
export function foreignShop(
  shop: string | null | undefined,
  { shopDomain }: InboxEvent,
): { skipped: string } | null {
  if (!shop || shop.toLowerCase() === shopDomain.toLowerCase()) return null;
  return { skipped: "The payload is about another shop than the one that it came in under." };
}
