/** What hangs below an order: its lines, its refunds and its fulfilments. */
import { minorOfMoney, moneyOfMinor } from "../money";
import {
  legacyId,
  type Money,
  type ShopifyFulfillment,
  type ShopifyLineItem,
  type ShopifyOrder,
  type ShopifyRefund,
} from "../shopify-data";
import { connection, type PageArgs } from "./connection";
import type { QueryContext } from "./context";
import { bag, orderView } from "./order";
import { productView, variantView } from "./product";

export function lineItemView(line: ShopifyLineItem, order: ShopifyOrder, context: QueryContext): object {
  const money = (minor: number) => bag(moneyOfMinor(minor, order.currencyCode));
  const gross = minorOfMoney(line.unitPrice) * line.quantity;
  const discount = minorOfMoney(line.discount);
  const refunded = order.refunds
    .flatMap((refund) => refund.lines)
    .filter((part) => part.lineItemId === line.id);
  const current = line.quantity - refunded.reduce((sum, part) => sum + part.quantity, 0);
  const product = context.data.products.find((p) =>
    p.variants.some((variant) => variant.id === line.variantId),
  );
  const variant = product?.variants.find((candidate) => candidate.id === line.variantId);
  const open = order.fulfillmentStatus === "FULFILLED" || order.cancelledAt ? 0 : current;
  return {
    __typename: "LineItem",
    id: line.id,
    sku: line.sku,
    title: line.title,
    name: variant ? `${line.title} - ${variant.title}` : line.title,
    variantTitle: variant?.title ?? null,
    vendor: product?.vendor ?? null,
    quantity: line.quantity,
    currentQuantity: current,
    refundableQuantity: current,
    unfulfilledQuantity: open,
    nonFulfillableQuantity: line.quantity - open,
    requiresShipping: true,
    taxable: true,
    isGiftCard: false,
    image: null,
    originalUnitPriceSet: bag(line.unitPrice),
    originalTotalSet: money(gross),
    totalDiscountSet: money(discount),
    discountedTotalSet: money(gross - discount),
    discountedUnitPriceSet: money(Math.round((gross - discount) / Math.max(1, line.quantity))),
    discountAllocations: [],
    taxLines: [],
    customAttributes: [],
    product: () => (product ? productView(product, context) : null),
    variant: () => (product && variant ? variantView(variant, product, context) : null),
  };
}

export function refundView(refund: ShopifyRefund, order: ShopifyOrder, context: QueryContext): object {
  const lineOf = (id: string) => order.lineItems.find((line) => line.id === id);
  return {
    __typename: "Refund",
    id: refund.id,
    legacyResourceId: legacyId(refund.id),
    createdAt: refund.createdAt,
    processedAt: refund.createdAt,
    updatedAt: refund.createdAt,
    note: null,
    totalRefundedSet: bag(refund.amount),
    order: () => orderView(order, context),
    refundLineItems: (args: PageArgs) =>
      connection(
        {
          items: refund.lines.filter((line) => lineOf(line.lineItemId)),
          sortBy: (_, index) => index,
          idOf: (line) => line.lineItemId,
          view: (line) => ({
            __typename: "RefundLineItem",
            id: `gid://shopify/RefundLineItem/${legacyId(line.lineItemId)}`,
            quantity: line.quantity,
            restocked: true,
            restockType: "RETURN",
            subtotalSet: bag(line.subtotal),
            priceSet: bag(lineOf(line.lineItemId)!.unitPrice),
            totalTaxSet: bag(taxOf(refund, line, order.currencyCode)),
            lineItem: () => lineItemView(lineOf(line.lineItemId)!, order, context),
          }),
        },
        args,
        context,
      ),
  };
}

/** A line's share of the refunded tax, by what it is worth. */
function taxOf(refund: ShopifyRefund, line: ShopifyRefund["lines"][number], currency: string): Money {
  const goods = refund.lines.reduce((sum, part) => sum + minorOfMoney(part.subtotal), 0);
  const share = goods ? minorOfMoney(line.subtotal) / goods : 0;
  return moneyOfMinor(Math.round(minorOfMoney(refund.tax) * share), currency);
}

export function fulfillmentView(
  fulfillment: ShopifyFulfillment,
  order: ShopifyOrder,
  context: QueryContext,
): object {
  const { id, createdAt, status, displayStatus, trackingNumber } = fulfillment;
  const delivered = displayStatus === "DELIVERED";
  return {
    __typename: "Fulfillment",
    id,
    legacyResourceId: legacyId(id),
    name: `${order.name}.${order.fulfillments.indexOf(fulfillment) + 1}`,
    status,
    displayStatus,
    createdAt,
    updatedAt: createdAt,
    inTransitAt: displayStatus === "IN_TRANSIT" || delivered ? createdAt : null,
    deliveredAt: delivered ? createdAt : null,
    estimatedDeliveryAt: null,
    requiresShipping: true,
    totalQuantity: order.lineItems.reduce((sum, line) => sum + line.quantity, 0),
    trackingInfo: trackingNumber ? [{ company: "Local Post", number: trackingNumber, url: null }] : [],
    order: () => orderView(order, context),
  };
}
