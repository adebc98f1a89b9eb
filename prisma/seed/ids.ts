import { createHash } from "node:crypto";

/** An id in the shape of a cuid (25 characters) that depends on its name alone: `idFor("Ticket", shop, 7)`. */
export function idFor(...name: (string | number)[]): string {
  return "c" + base36(name.join("/")).slice(0, 24);
}

/** A version 4 UUID from a name, for what Shopify calls a webhook or event id. */
export function uuidFor(...name: (string | number)[]): string {
  const hex = createHash("sha256").update(name.join("/")).digest("hex");
  const variant = "89ab"[parseInt(hex.charAt(16), 16) % 4];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** `gid("Order", 7)`: numbers in the range that Shopify hands out, far enough apart to look like its own. */
export function gid(type: string, n: number): string {
  return `gid://shopify/${type}/${(FIRST_NUMBER[type] ?? 1_000_000_000) + n * 32_768}`;
}

const FIRST_NUMBER: Record<string, number> = {
  Shop: 68_214_702_341,
  Location: 74_309_017_861,
  Product: 8_140_226_003_205,
  ProductVariant: 44_017_392_910_597,
  InventoryItem: 46_122_865_270_021,
  Customer: 7_042_518_679_813,
  Order: 5_618_334_007_557,
  LineItem: 14_207_735_660_805,
  Refund: 931_450_380_549,
  Fulfillment: 5_013_928_607_813,
};

function base36(name: string): string {
  const digest = createHash("sha256").update(name).digest("hex");
  return BigInt(`0x${digest}`).toString(36).padStart(50, "0");
}
