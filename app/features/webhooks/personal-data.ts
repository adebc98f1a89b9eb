/**
 * What in Shopify's payloads is about a person. One list for both uses: masked where a payload is shown, taken out where a
 * customer is to be forgotten. Names are those of the REST payloads (https://shopify.dev/docs/api/webhooks).
 */
import { isLosslessNumber } from "lossless-json";

/** Objects and lists that are about a person as a whole. */
const PERSONS = new Set([
  ...["customer", "customer_address", "default_address", "addresses", "billing_address", "shipping_address"],
  ...["destination", "client_details", "payment_details", "receipt", "note_attributes", "properties"],
  ...["email_marketing_consent", "sms_marketing_consent", "tax_exemptions", "company"],
]);

/** Values that are about a person wherever they stand. */
const PERSONAL = new Set([
  ...["email", "contact_email", "customer_email", "phone", "first_name", "last_name", "note", "staff_note"],
  ...["address1", "address2", "city", "zip", "latitude", "longitude", "browser_ip", "user_agent"],
  ...["landing_site", "landing_site_ref", "referring_site", "order_status_url", "shop_owner"],
  ...["token", "cart_token", "checkout_token", "tracking_number", "tracking_numbers"],
  ...["tracking_url", "tracking_urls", "credit_card_number", "credit_card_name", "multipass_identifier"],
]);

/** Which orders are a person's: says who ordered them once the rest is gone, and is no secret on a screen. */
const LINKS = new Set(["customer_id", "orders_requested", "orders_to_redact", "data_request"]);

/** What may be shown of a person: it says when and where something is, and not who. */
const SHOWN = new Set(["id", "admin_graphql_api_id", "customer_id", "created_at", "updated_at"]);

export const MASK = "•••";

/** The payload with every personal value replaced by "•••", for a screen; what is empty stays empty. */
export function maskPersonal(payload: unknown): unknown {
  return mask(payload, shapeOfRoot(payload));
}

/** Whether a text, or a number written as text, tells of the person; `key` is the name it stands under. */
export type IsAbout = (text: string, key: string) => boolean;

/**
 * The payload without the person: objects become null and lists empty, as Shopify itself sends them where it knows
 * nobody. Ids of orders, totals, quantities and instants stay. `isAbout` finds what other texts say of the person.
 * Numbers may be lossless-json's and stay what they are.
 */
export function redactPersonal(payload: unknown, isAbout: IsAbout = () => false): unknown {
  return redact(payload, "", isAbout, shapeOfRoot(payload));
}

export type PersonalValue = { path: string[]; text: string };

/**
 * Every value of a payload that is about a person, with the names that it stands under, in the payload's order. `isAbout`
 * finds what other texts say of the person; `also` names values that are wanted beside them.
 */
export function personalValues(
  payload: unknown,
  isAbout: IsAbout,
  also: ReadonlySet<string> = new Set(),
): PersonalValue[] {
  const found: PersonalValue[] = [];
  const walk = (value: unknown, path: string[], within: Shape) => {
    const key = path.findLast((name) => !/^\d+$/.test(name)) ?? "";
    if (Array.isArray(value))
      return value.forEach((item, i) =>
        walk(item, value.length > 1 ? [...path, String(i + 1)] : path, within),
      );
    if (isTree(value)) {
      for (const [name, inner] of Object.entries(value)) walk(inner, [...path, name], shapeOf(name, within));
      return;
    }
    if (value === null || value === undefined || value === "" || typeof value === "boolean") return;
    const text =
      typeof value === "string" || typeof value === "number"
        ? String(value)
        : isLosslessNumber(value)
          ? value.toString()
          : "";
    if (within === "person" || PERSONAL.has(key) || also.has(key) || isAbout(text, key))
      found.push({ path, text });
  };
  walk(payload, [], shapeOfRoot(payload));
  return found;
}

/** A customer's own payload (customers/*) is about a person from its root on. */
type Shape = "person" | "thing";

function shapeOfRoot(payload: unknown): Shape {
  if (!isTree(payload) || Array.isArray(payload)) return "thing";
  const isCustomer = String(payload.admin_graphql_api_id).startsWith("gid://shopify/Customer/");
  return isCustomer || ("first_name" in payload && "last_name" in payload) ? "person" : "thing";
}

function mask(value: unknown, within: Shape, key = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => mask(item, within, key));
  if (isTree(value))
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, mask(inner, shapeOf(name, within), name)]),
    );
  if (value === null || value === undefined || value === "" || typeof value === "boolean") return value;
  if (within === "person") return SHOWN.has(key) ? value : MASK;
  return PERSONAL.has(key) ? MASK : value;
}

/** Below a person everything is theirs; below a personal name as well, should a list or an object stand there. */
function shapeOf(name: string, within: Shape): Shape {
  return within === "person" || PERSONS.has(name) || PERSONAL.has(name) ? "person" : "thing";
}

function redact(value: unknown, key: string, isAbout: IsAbout, root: Shape): unknown {
  if (PERSONS.has(key) || PERSONAL.has(key) || LINKS.has(key)) return Array.isArray(value) ? [] : null;
  if (Array.isArray(value)) return value.map((item) => redact(item, key, isAbout, "thing"));
  if (isTree(value))
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => root === "thing" || KEPT_OF_A_CUSTOMER.has(name))
        .map(([name, inner]) => [name, redact(inner, name, isAbout, "thing")]),
    );
  const isText = typeof value === "string" || typeof value === "number" || isLosslessNumber(value);
  return isText && isAbout(String(value), key) ? null : value;
}

const KEPT_OF_A_CUSTOMER = new Set(["created_at", "updated_at"]);

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !isLosslessNumber(value);
}
