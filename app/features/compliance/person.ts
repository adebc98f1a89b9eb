/** The customer whom a request is about, and how a stored payload is told to be about them. */
import { isLosslessNumber } from "lossless-json";
import { z } from "zod";

export type Person = {
  /** Shopify's number, as text */
  customerId: string | null;
  email: string | null;
  phone: string | null;
  /** Of the orders that the request names */
  orderIds: string[];
};

const id = z.union([z.string().regex(/^\d+$/), z.number().int()]).transform(String);
const orders = z.array(id).nullish();

/** The payload of customers/data_request and customers/redact (facts: Shopify names both lists of orders differently). */
export const personSchema = z
  .object({
    customer: z
      .object({ id: id.nullish(), email: z.string().nullish(), phone: z.string().nullish() })
      .nullish(),
    orders_requested: orders,
    orders_to_redact: orders,
  })
  .transform(({ customer, orders_requested, orders_to_redact }): Person => ({
    customerId: customer?.id ?? null,
    email: customer?.email?.trim() || null,
    phone: customer?.phone?.trim() || null,
    orderIds: [...new Set([...(orders_requested ?? []), ...(orders_to_redact ?? [])])],
  }));

/** As it lies sealed in `ComplianceRequest.subject`. */
export const subjectSchema = z.object({
  customerId: z.string().nullable(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
  orderIds: z.array(z.string()),
});

export function isNobody({ customerId, email, phone, orderIds }: Person): boolean {
  return !customerId && !email && !phone && !orderIds.length;
}

export function customerGid({ customerId }: Person): string | null {
  return customerId && `gid://shopify/Customer/${customerId}`;
}

export function orderGids({ orderIds }: Person): string[] {
  return orderIds.map((orderId) => `gid://shopify/Order/${orderId}`);
}

/** Whether a row that names its customer names this one; e-mail addresses are compared whatever their case. */
export function isCustomer(
  person: Person,
  row: { customerGid: string | null; customerEmail: string | null },
): boolean {
  if (row.customerGid && row.customerGid === customerGid(person)) return true;
  return isSameEmail(person.email, row.customerEmail);
}

/** Whether two requests are about the same customer. */
export function isSamePerson(a: Person, b: Person): boolean {
  return (
    (a.customerId !== null && a.customerId === b.customerId) ||
    isSameEmail(a.email, b.email) ||
    isSamePhone(a.phone, b.phone)
  );
}

/** Whether a payload names the customer, or one of the orders. */
export function mentions(person: Person, topic: string, payload: unknown): boolean {
  const [kind = ""] = topic.split("/");
  const names = (value: unknown, key: string, parent: string): boolean => {
    if (Array.isArray(value)) return value.some((item) => names(item, key, parent));
    if (typeof value === "object" && value !== null && !isLosslessNumber(value))
      return Object.entries(value).some(([name, inner]) => names(inner, name, key));
    const text = textOf(value);
    return text !== null && namesAt(person, text, key, parent);
  };
  return names(payload, kind, "");
}

function textOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  return typeof value === "number" || isLosslessNumber(value) ? String(value) : null;
}

/** What a text or a number says by itself, for redaction: where it stands is not looked at. */
export function tellsOf(person: Person): (text: string) => boolean {
  const gid = customerGid(person);
  return (text) =>
    text === gid ||
    containsEmail(text, person.email) ||
    (person.phone !== null && person.phone.length >= 7 && text.includes(person.phone));
}

/**
 * A quick look at a payload's text that never overlooks one that `mentions` would find: a walk through a shop's inbox
 * parses only what may be about the customer.
 */
export function mayMention({ customerId, email, phone, orderIds }: Person): (text: string) => boolean {
  const ids = new Set(customerId ? [...orderIds, customerId] : orderIds);
  const address = email?.toLowerCase();
  const ending = phone && digitsOf(phone).slice(-PHONE_DIGITS);
  // However it is spelled: 5550 1234 is 5, anything but a digit, 5, …
  const spelled = ending ? new RegExp([...ending].join("\\D*")) : null;
  return (text) => {
    // An escape may spell any of them differently.
    if (text.includes("\\u")) return true;
    if (ids.size && text.match(/\d+/g)?.some((digits) => ids.has(digits))) return true;
    if (address && text.toLowerCase().includes(address)) return true;
    return Boolean(spelled?.test(text));
  };
}

/** Ids are told by the name they stand under: the same number may be another thing's. */
function namesAt(person: Person, text: string, key: string, parent: string): boolean {
  if (text === customerGid(person) || orderGids(person).includes(text)) return true;
  if (key === "customer_id" || (key === "id" && isOneOf(parent, "customer", "customers")))
    return text === person.customerId;
  if (
    isOneOf(key, "order_id", "orders_requested", "orders_to_redact") ||
    (key === "id" && isOneOf(parent, "order", "orders"))
  )
    return person.orderIds.includes(text);
  if (key.includes("phone")) return isSamePhone(person.phone, text);
  return containsEmail(text, person.email);
}

const isOneOf = (text: string, ...names: string[]) => names.includes(text);

function isSameEmail(a: string | null, b: string | null): boolean {
  return Boolean(a && b) && a!.trim().toLowerCase() === b!.trim().toLowerCase();
}

/** As a whole address: ann@example.com is not in joann@example.com. */
function containsEmail(text: string, email: string | null): boolean {
  if (!email) return false;
  const [haystack, needle] = [text.toLowerCase(), email.toLowerCase()];
  for (let at = haystack.indexOf(needle); at >= 0; at = haystack.indexOf(needle, at + 1)) {
    const [before, after] = [haystack[at - 1] ?? " ", haystack.slice(at + needle.length)];
    if (!/[\w.%+-]/.test(before) && !/^(?:[\w-]|\.\w)/.test(after)) return true;
  }
  return false;
}

/** The last digits that two spellings of a number (+49 30 1234567, 030/1234567) share. */
const PHONE_DIGITS = 8;

function isSamePhone(a: string | null, b: string | null): boolean {
  if (!a || !b) return false;
  const [one, other] = [digitsOf(a), digitsOf(b)];
  if (one.length < PHONE_DIGITS || other.length < PHONE_DIGITS) return one.length > 0 && one === other;
  return one.slice(-PHONE_DIGITS) === other.slice(-PHONE_DIGITS);
}

function digitsOf(text: string): string {
  return text.replace(/\D/g, "");
}
