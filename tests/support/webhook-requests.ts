/**
 * Webhook requests as Shopify sends them, as bytes that are ready for a socket. Signing happens once, when they are made:
 * the signature is over the body, and only the two ids in the headers differ from one delivery to the next.
 */
import { createHmac } from "node:crypto";
import { APP_ENVIRONMENT } from "./app-process";

export type RequestPlan = {
  /** Where the door listens, e.g. http://127.0.0.1:3000 */
  url: string;
  /** Distinguishes the ids of one run from those of another; 8 hexadecimal digits */
  run: string;
  topic?: string;
  /** Deliveries come from so many shops in turn */
  shops?: number;
  /** Well-formed, and signed by somebody who does not know the secret */
  forged?: boolean;
};

/** How many different orders the deliveries are about; each body is signed once. */
const ORDERS = 2_048;

export const SHOPS = 20;

export function shopDomain(n: number): string {
  return `bench-${String(n).padStart(4, "0")}.myshopify.com`;
}

export function webhookIdOf(run: string, n: number): string {
  return idOf(run, "4000-8000", n);
}

/** The bytes of delivery `n`. The same `n` is the same delivery, however often it is asked for. */
export function webhookRequests(plan: RequestPlan): (n: number) => Buffer {
  const templates = Array.from({ length: ORDERS }, (_, order) => template(plan, order));
  const at = Buffer.from(templates[0]!);
  const [webhookAt, eventAt] = [
    at.indexOf(idOf(plan.run, "4000-8000", 0)),
    at.indexOf(idOf(plan.run, "4000-9000", 0)),
  ];
  return (n) => {
    const request = Buffer.from(templates[n % ORDERS]!);
    request.write(webhookIdOf(plan.run, n), webhookAt, "latin1");
    request.write(idOf(plan.run, "4000-9000", n), eventAt, "latin1");
    return request;
  };
}

function idOf(run: string, middle: string, n: number): string {
  return `${run}-0000-${middle}-${n.toString(16).padStart(12, "0")}`;
}

function template(
  { url, run, topic = "orders/create", shops = SHOPS, forged }: RequestPlan,
  order: number,
): Buffer {
  const body = Buffer.from(JSON.stringify(orderBody(order)));
  const secret = forged ? "not-the-secret" : APP_ENVIRONMENT.SHOPIFY_API_SECRET;
  const head = [
    "POST /webhooks HTTP/1.1",
    `Host: ${new URL(url).host}`,
    // First among the headers, so that the ids are at the same place in every template.
    `X-Shopify-Webhook-Id: ${idOf(run, "4000-8000", 0)}`,
    `X-Shopify-Event-Id: ${idOf(run, "4000-9000", 0)}`,
    "User-Agent: Shopify-Captain-Hook",
    "Accept: */*",
    "Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3",
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
    `X-Shopify-Topic: ${topic}`,
    `X-Shopify-Hmac-Sha256: ${createHmac("sha256", secret).update(body).digest("base64")}`,
    `X-Shopify-Shop-Domain: ${shopDomain(order % shops)}`,
    "X-Shopify-API-Version: 2026-07",
    `X-Shopify-Triggered-At: ${new Date().toISOString()}`,
    "",
    "",
  ].join("\r\n");
  return Buffer.concat([Buffer.from(head, "latin1"), body]);
}

/** An order of about 2 KB, with the members of Shopify's REST payload that a real one of that size has. */
export function orderBody(order: number): object {
  const id = 5_000_000_000_000 + order;
  const at = "2026-11-16T15:00:00-05:00";
  const money = (amount: string) => ({ amount, currency_code: "USD" });
  return {
    id,
    admin_graphql_api_id: `gid://shopify/Order/${id}`,
    name: `#${1001 + order}`,
    order_number: 1001 + order,
    confirmed: true,
    test: false,
    created_at: at,
    processed_at: at,
    updated_at: at,
    cancelled_at: null,
    cancel_reason: null,
    email: `customer.${order}@example.test`,
    contact_email: `customer.${order}@example.test`,
    phone: null,
    note: "Please leave the parcel with the neighbour if nobody is at home.",
    tags: "online, first-order",
    source_name: "web",
    currency: "USD",
    presentment_currency: "USD",
    financial_status: "paid",
    fulfillment_status: null,
    subtotal_price: "99.80",
    total_discounts: "5.00",
    total_tax: "8.10",
    total_price: "115.60",
    current_total_price: "115.60",
    total_shipping_price_set: { shop_money: money("12.70"), presentment_money: money("12.70") },
    customer: {
      id: 7_000_000_000_000 + (order % 500),
      email: `customer.${order}@example.test`,
      first_name: "Ada",
      last_name: "Lindgren",
      tags: "",
      created_at: "2025-01-02T10:00:00-05:00",
      updated_at: at,
    },
    shipping_address: address(),
    billing_address: address(),
    line_items: [0, 1].map((line) => ({
      id: id * 10 + line,
      variant_id: 4_000_000_000_000 + ((order + line) % 300),
      product_id: 3_000_000_000_000 + ((order + line) % 100),
      sku: `BL-${(order + line) % 100}-1`,
      title: "Linen blanket, washed, 140 × 200 cm",
      vendor: "Backroom Textiles",
      quantity: 1,
      price: "49.90",
      total_discount: "2.50",
      requires_shipping: true,
      taxable: true,
    })),
    refunds: [],
    fulfillments: [],
  };
}

function address() {
  return {
    first_name: "Ada",
    last_name: "Lindgren",
    address1: "12 Harbour Street",
    address2: null,
    city: "Portland",
    province: "Maine",
    province_code: "ME",
    zip: "04101",
    country: "United States",
    country_code: "US",
    phone: "+1 207 555 0100",
  };
}
