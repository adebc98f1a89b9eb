/** The searchable, sortable lists at the root of the API, and the look-up of one thing by its GID. */
import type {
  ShopifyCustomer,
  ShopifyLocation,
  ShopifyOrder,
  ShopifyProduct,
  ShopifyVariant,
} from "../shopify-data";
import { legacyId } from "../shopify-data";
import { connection, type PageArgs } from "./connection";
import type { QueryContext } from "./context";
import { customerView } from "./customer";
import { orderSort, orderView } from "./order";
import { fulfillmentView, lineItemView, refundView } from "./order-parts";
import { inventoryItemView, locationView, productView, variantView } from "./product";
import { search, type SearchFields } from "./search";

export type ListArgs = PageArgs & { query?: string | null; sortKey?: string };

const orderFields: SearchFields<ShopifyOrder> = {
  id: (order) => legacyId(order.id),
  name: (order) => [order.name, order.name.replace(/^#/, "")],
  email: (order) => order.email,
  created_at: (order) => order.createdAt,
  processed_at: (order) => order.createdAt,
  updated_at: (order) => order.updatedAt,
  financial_status: (order) => order.financialStatus,
  fulfillment_status: (order) =>
    order.fulfillmentStatus === "FULFILLED"
      ? ["fulfilled", "shipped"]
      : [order.fulfillmentStatus, "unshipped"],
  status: (order) => (order.cancelledAt ? ["cancelled", "any"] : ["open", "any"]),
  risk_level: (order) => order.riskLevel,
  customer_id: (order) => (order.customerId ? legacyId(order.customerId) : null),
  tag: (order) => order.tags,
  test: (order) => order.test,
};

export function orders(args: ListArgs, context: QueryContext) {
  const items = search(context.data.orders, args.query, orderFields, "orders", context);
  const sortBy = orderSort(args.sortKey ?? "PROCESSED_AT");
  return connection({ items, sortBy, idOf: gid, view: (order) => orderView(order, context) }, args, context);
}

export function countOrders(query: string | null | undefined, context: QueryContext): number {
  return search(context.data.orders, query, orderFields, "ordersCount", context).length;
}

const customerFields: SearchFields<ShopifyCustomer> = {
  id: (customer) => legacyId(customer.id),
  email: (customer) => customer.email,
  phone: (customer) => customer.phone,
  first_name: (customer) => customer.firstName,
  last_name: (customer) => customer.lastName,
  orders_count: (customer) => customer.numberOfOrders,
  created_at: (customer) => customer.createdAt,
  updated_at: (customer) => customer.updatedAt,
  tag: (customer) => customer.tags,
};

export function customers(args: ListArgs, context: QueryContext) {
  const items = search(context.data.customers, args.query, customerFields, "customers", context);
  const sortBy = (customer: ShopifyCustomer) =>
    args.sortKey === "UPDATED_AT"
      ? Date.parse(customer.updatedAt)
      : args.sortKey === "NAME"
        ? (customer.lastName ?? "")
        : 0;
  return connection(
    { items, sortBy, idOf: gid, view: (customer) => customerView(customer, context) },
    args,
    context,
  );
}

const productFields: SearchFields<ShopifyProduct> = {
  id: (product) => legacyId(product.id),
  title: (product) => product.title,
  handle: (product) => product.handle,
  vendor: (product) => product.vendor,
  product_type: (product) => product.productType,
  status: (product) => product.status,
  sku: (product) => product.variants.map((variant) => variant.sku),
  tag: (product) => product.tags,
  created_at: (product) => product.createdAt,
  updated_at: (product) => product.updatedAt,
};

export function products(args: ListArgs, context: QueryContext) {
  const items = search(context.data.products, args.query, productFields, "products", context);
  const sortBy = (product: ShopifyProduct) =>
    ({
      TITLE: product.title,
      VENDOR: product.vendor,
      PRODUCT_TYPE: product.productType,
      UPDATED_AT: product.updatedAt,
    })[args.sortKey ?? "ID"] ?? 0;
  return connection(
    { items, sortBy, idOf: gid, view: (product) => productView(product, context) },
    args,
    context,
  );
}

type OwnedVariant = { product: ShopifyProduct; variant: ShopifyVariant };

const variantFields: SearchFields<OwnedVariant> = {
  id: ({ variant }) => legacyId(variant.id),
  sku: ({ variant }) => variant.sku,
  title: ({ variant }) => variant.title,
  product_id: ({ product }) => legacyId(product.id),
  product_status: ({ product }) => product.status,
  vendor: ({ product }) => product.vendor,
  updated_at: ({ product }) => product.updatedAt,
};

export function productVariants(args: ListArgs, context: QueryContext) {
  const items = search(allVariants(context), args.query, variantFields, "productVariants", context);
  const sortBy = ({ variant }: OwnedVariant) => (args.sortKey === "SKU" ? variant.sku : 0);
  const view = ({ variant, product }: OwnedVariant) => variantView(variant, product, context);
  return connection({ items, sortBy, idOf: ({ variant }) => variant.id, view }, args, context);
}

export function inventoryItems(args: ListArgs, context: QueryContext) {
  const fields: SearchFields<OwnedVariant> = {
    id: ({ variant }) => legacyId(variant.inventoryItem.id),
    sku: ({ variant }) => variant.sku,
    updated_at: ({ product }) => product.updatedAt,
  };
  const items = search(allVariants(context), args.query, fields, "inventoryItems", context);
  const view = ({ variant, product }: OwnedVariant) => inventoryItemView(variant, product, context);
  return connection(
    { items, sortBy: () => 0, idOf: ({ variant }) => variant.inventoryItem.id, view },
    args,
    context,
  );
}

export function locations(args: ListArgs, context: QueryContext) {
  const view = (location: ShopifyLocation) => locationView(location, context);
  return connection(
    { items: context.data.locations, sortBy: (location) => location.name, idOf: gid, view },
    args,
    context,
  );
}

/** Anything of the shop by its GID, or null. */
export function findNode(id: string, context: QueryContext): object | null {
  const { data } = context;
  for (const order of data.orders) {
    if (order.id === id) return orderView(order, context);
    for (const line of order.lineItems) if (line.id === id) return lineItemView(line, order, context);
    for (const refund of order.refunds) if (refund.id === id) return refundView(refund, order, context);
    for (const part of order.fulfillments) if (part.id === id) return fulfillmentView(part, order, context);
  }
  const customer = data.customers.find((candidate) => candidate.id === id);
  if (customer) return customerView(customer, context);
  const product = data.products.find((candidate) => candidate.id === id);
  if (product) return productView(product, context);
  for (const { variant, product: owner } of allVariants(context)) {
    if (variant.id === id) return variantView(variant, owner, context);
    if (variant.inventoryItem.id === id) return inventoryItemView(variant, owner, context);
  }
  const location = data.locations.find((candidate) => candidate.id === id);
  return location ? locationView(location, context) : null;
}

function allVariants({ data }: QueryContext): OwnedVariant[] {
  return data.products.flatMap((product) => product.variants.map((variant) => ({ product, variant })));
}

function gid({ id }: { id: string }): string {
  return id;
}
