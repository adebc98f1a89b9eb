import { minorOfMoney, moneyOfMinor } from "../money";
import { legacyId, type Money, type ShopifyAddress, type ShopifyOrder } from "../shopify-data";
import { connection, type PageArgs } from "./connection";
import type { QueryContext } from "./context";
import { customerView } from "./customer";
import { fulfillmentView, lineItemView, refundView } from "./order-parts";

export function orderView(order: ShopifyOrder, context: QueryContext): object {
  const totals = orderTotals(order);
  const customer = context.data.customers.find((candidate) => candidate.id === order.customerId);
  const quantity = order.lineItems.reduce((sum, line) => sum + line.quantity, 0);
  return {
    __typename: "Order",
    id: order.id,
    legacyResourceId: legacyId(order.id),
    name: order.name,
    number: Number(order.name.replace(/\D/g, "")),
    createdAt: order.createdAt,
    processedAt: order.createdAt,
    updatedAt: order.updatedAt,
    cancelledAt: order.cancelledAt,
    cancelReason: order.cancelledAt ? "CUSTOMER" : null,
    closed: false,
    closedAt: null,
    confirmed: true,
    test: order.test,
    edited: false,
    note: order.note,
    tags: order.tags,
    email: order.email,
    phone: order.shippingAddress?.phone ?? null,
    currencyCode: order.currencyCode,
    presentmentCurrencyCode: order.currencyCode,
    displayFinancialStatus: order.financialStatus,
    displayFulfillmentStatus: order.fulfillmentStatus,
    returnStatus: "NO_RETURN",
    fullyPaid: order.financialStatus === "PAID",
    unpaid: order.financialStatus === "PENDING",
    requiresShipping: true,
    sourceName: "web",
    paymentGatewayNames: ["bogus"],
    discountCodes: [],
    risk: () => riskView(order),
    customer: () => (customer ? customerView(customer, context) : null),
    shippingAddress: addressView(order.shippingAddress, `${order.id}/shipping`),
    billingAddress: addressView(order.billingAddress, `${order.id}/billing`),
    billingAddressMatchesShippingAddress:
      JSON.stringify(order.billingAddress) === JSON.stringify(order.shippingAddress),
    subtotalLineItemsQuantity: quantity,
    currentSubtotalLineItemsQuantity: quantity - refundedQuantity(order),
    subtotalPriceSet: bag(totals.subtotal),
    totalDiscountsSet: bag(totals.discounts),
    totalShippingPriceSet: bag(order.shipping),
    totalTaxSet: bag(order.tax),
    totalPriceSet: bag(totals.total),
    originalTotalPriceSet: bag(totals.total),
    currentTotalPriceSet: bag(totals.current),
    totalRefundedSet: bag(totals.refunded),
    totalRefundedShippingSet: bag(
      moneyOfMinor(add(order.refunds.map((r) => minorOfMoney(r.shipping))), order.currencyCode),
    ),
    netPaymentSet: bag(totals.current),
    totalReceivedSet: bag(order.financialStatus === "PENDING" ? zero(order) : totals.total),
    totalOutstandingSet: bag(order.financialStatus === "PENDING" ? totals.total : zero(order)),
    totalTipReceivedSet: bag(zero(order)),
    refunds: ({ first }: { first?: number }) =>
      order.refunds.slice(0, first ?? undefined).map((refund) => refundView(refund, order, context)),
    fulfillments: ({ first }: { first?: number }) =>
      order.fulfillments
        .slice(0, first ?? undefined)
        .map((fulfillment) => fulfillmentView(fulfillment, order, context)),
    fulfillmentsCount: { count: order.fulfillments.length, precision: "EXACT" },
    lineItems: (args: PageArgs) =>
      connection(
        {
          items: order.lineItems,
          sortBy: (_, index) => index,
          idOf: (line) => line.id,
          view: (line) => lineItemView(line, order, context),
        },
        args,
        context,
      ),
  };
}

/** `total` at the time of the order; `current` after refunds. */
export function orderTotals(
  order: ShopifyOrder,
): Record<"subtotal" | "discounts" | "total" | "refunded" | "current", Money> {
  const money = (minor: number) => moneyOfMinor(minor, order.currencyCode);
  const discounts = add(order.lineItems.map((line) => minorOfMoney(line.discount)));
  const gross = add(order.lineItems.map((line) => minorOfMoney(line.unitPrice) * line.quantity));
  const total = gross - discounts + minorOfMoney(order.shipping) + minorOfMoney(order.tax);
  const refunded = add(order.refunds.map((refund) => minorOfMoney(refund.amount)));
  return {
    subtotal: money(gross - discounts),
    discounts: money(discounts),
    total: money(total),
    refunded: money(refunded),
    current: money(total - refunded),
  };
}

/** What `sortKey` of an order connection sorts by. */
export function orderSort(sortKey: string): (order: ShopifyOrder) => string | number {
  switch (sortKey) {
    case "UPDATED_AT":
      return (order) => Date.parse(order.updatedAt);
    case "CREATED_AT":
    case "PROCESSED_AT":
      return (order) => Date.parse(order.createdAt);
    case "ORDER_NUMBER":
      return (order) => Number(order.name.replace(/\D/g, ""));
    case "TOTAL_PRICE":
    case "CURRENT_TOTAL_PRICE":
      return (order) => minorOfMoney(orderTotals(order)[sortKey === "TOTAL_PRICE" ? "total" : "current"]);
    case "FINANCIAL_STATUS":
      return (order) => order.financialStatus;
    case "FULFILLMENT_STATUS":
      return (order) => order.fulfillmentStatus;
    case "CUSTOMER_NAME":
      return (order) => order.customerId ?? "";
    default:
      return () => 0;
  }
}

export function bag(money: Money) {
  return { shopMoney: money, presentmentMoney: money };
}

function riskView({ riskLevel }: ShopifyOrder) {
  const recommendation = { HIGH: "CANCEL", MEDIUM: "INVESTIGATE", LOW: "ACCEPT" }[riskLevel] ?? "NONE";
  if (riskLevel === "NONE") return { recommendation, assessments: [] };
  const sentiment = { HIGH: "NEGATIVE", MEDIUM: "NEUTRAL", LOW: "POSITIVE" }[riskLevel] ?? "NEUTRAL";
  const description = `The local Shopify judged the risk of this order to be ${riskLevel.toLowerCase()}.`;
  return {
    recommendation,
    assessments: [{ riskLevel, provider: null, facts: [{ description, sentiment }] }],
  };
}

function addressView(address: ShopifyAddress | null, id: string) {
  if (!address) return null;
  const { countryCode = null, firstName = null, lastName = null } = address;
  const gid = `gid://shopify/MailingAddress/${legacyId(id.split("/").slice(0, -1).join("/"))}`;
  const lines = [address.address1, address.address2, address.city, address.zip, countryCode].filter(Boolean);
  return {
    __typename: "MailingAddress",
    ...{ company: null, address1: null, address2: null, city: null, province: null, provinceCode: null },
    ...{ zip: null, country: null, phone: null, coordinatesValidated: false, validationResultSummary: null },
    ...address,
    id: gid,
    firstName,
    lastName,
    name: address.name ?? ([firstName, lastName].filter(Boolean).join(" ") || null),
    countryCode,
    countryCodeV2: countryCode,
    formatted: lines,
    formattedArea: [address.city, countryCode].filter(Boolean).join(", ") || null,
  };
}

function refundedQuantity(order: ShopifyOrder): number {
  return add(order.refunds.flatMap((refund) => refund.lines.map((line) => line.quantity)));
}

function zero(order: ShopifyOrder): Money {
  return moneyOfMinor(0, order.currencyCode);
}

function add(numbers: number[]): number {
  return numbers.reduce((sum, n) => sum + n, 0);
}
