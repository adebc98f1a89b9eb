import type { CatalogueOrder } from "./catalogue-types";

/** Goods after discounts, before tax and shipping; minor units. */
export function goodsOf({ lines }: Pick<CatalogueOrder, "lines">): number {
  return lines.reduce((sum, line) => sum + line.unitPriceMinor * line.quantity - line.discountMinor, 0);
}

/** What the customer was asked to pay; minor units. */
export function totalOf(order: CatalogueOrder): number {
  return goodsOf(order) + order.taxMinor + order.shippingMinor;
}
