import { Kind, parse, validate, visit, type DocumentNode } from "graphql";
import type { PageArgs } from "./connection";
import type { QueryContext } from "./context";
import { adminSchema } from "./admin-schema";
import * as lists from "./lists";
import { appView, installationView, shopView } from "./shop";
import { subscriptionView } from "./webhook-subscriptions";

type Id = { id: string };
type RunQuery = (
  document: DocumentNode,
  context: QueryContext,
) => Promise<{ data?: unknown; errors?: readonly unknown[] }>;

/** The root fields that the local Shopify serves; any other is told to be missing here, see execute.ts. */
export function queryRoot(context: QueryContext) {
  const ofType = (prefix: string) => (args: Id) =>
    args.id.startsWith(`gid://shopify/${prefix}/`) ? lists.findNode(args.id, context) : null;
  const subscription = ({ id }: Id) => {
    const found = context.subscriptions.all.find((candidate) => candidate.id === id);
    return found ? subscriptionView(found) : null;
  };
  const node = ({ id }: Id) =>
    lists.findNode(id, context) ?? context.bulkOperations.find(id) ?? subscription({ id });
  return {
    shop: () => shopView(context),
    app: () => appView(),
    currentAppInstallation: () => installationView(context),
    appInstallation: () => installationView(context),
    orders: (args: lists.ListArgs) => lists.orders(args, context),
    ordersCount: (args: { query?: string }) => count(lists.countOrders(args.query, context)),
    customers: (args: lists.ListArgs) => lists.customers(args, context),
    products: (args: lists.ListArgs) => lists.products(args, context),
    productVariants: (args: lists.ListArgs) => lists.productVariants(args, context),
    inventoryItems: (args: lists.ListArgs) => lists.inventoryItems(args, context),
    locations: (args: lists.ListArgs) => lists.locations(args, context),
    order: ofType("Order"),
    refund: ofType("Refund"),
    fulfillment: ofType("Fulfillment"),
    customer: ofType("Customer"),
    product: ofType("Product"),
    productVariant: ofType("ProductVariant"),
    inventoryItem: ofType("InventoryItem"),
    location: ofType("Location"),
    node,
    nodes: ({ ids }: { ids: string[] }) => ids.map((id) => node({ id })),
    webhookSubscription: subscription,
    webhookSubscriptions: (args: PageArgs & { topics?: string[] }) =>
      context.subscriptions.list(args, context),
    webhookSubscriptionsCount: () => count(context.subscriptions.all.length),
    bulkOperation: ({ id }: Id) => context.bulkOperations.find(id),
    bulkOperations: (args: PageArgs) => context.bulkOperations.list(args, context),
    currentBulkOperation: () => context.bulkOperations.latest(),
  };
}

export function mutationRoot(context: QueryContext, run: RunQuery) {
  const { subscriptions, bulkOperations, now } = context;
  type Input = { webhookSubscription: object };
  return {
    webhookSubscriptionCreate: (args: Input & { topic: string }) =>
      subscriptions.create(args.topic, args.webhookSubscription, now()),
    webhookSubscriptionUpdate: (args: Input & Id) =>
      subscriptions.update(args.id, args.webhookSubscription, now()),
    webhookSubscriptionDelete: ({ id }: Id) => subscriptions.delete(id),
    tagsAdd: (args: Id & { tags: string[] }) =>
      changeTags(args, context, (tags) => [...new Set([...tags, ...args.tags])]),
    tagsRemove: (args: Id & { tags: string[] }) =>
      changeTags(args, context, (tags) => tags.filter((tag) => !args.tags.includes(tag))),
    bulkOperationRunQuery: ({ query }: { query: string }) => startBulkQuery(query, context, run),
    bulkOperationCancel: ({ id }: Id) => {
      const operation = bulkOperations.cancel(id);
      const userErrors = operation ? [] : [{ field: ["id"], message: "Bulk operation does not exist" }];
      return { bulkOperation: operation ? bulkOperations.view(operation) : null, userErrors };
    },
  };
}

function changeTags({ id }: Id, context: QueryContext, change: (tags: string[]) => string[]) {
  const { data } = context;
  const order = data.orders.find((candidate) => candidate.id === id);
  const product = data.products.find((candidate) => candidate.id === id);
  const owner = order ?? product ?? data.customers.find((candidate) => candidate.id === id);
  if (!owner) return { node: null, userErrors: [{ field: ["id"], message: "The node does not exist" }] };
  owner.tags = change(owner.tags);
  owner.updatedAt = context.now().toISOString();
  if (order) context.changed("orders/updated", id);
  if (product) context.changed("products/update", id);
  return { node: lists.findNode(id, context), userErrors: [] };
}

function startBulkQuery(query: string, context: QueryContext, run: RunQuery) {
  const refuse = (code: string, message: string) => ({
    bulkOperation: null,
    userErrors: [{ field: ["query"], message, code }],
  });
  const document = bulkDocument(query);
  if (typeof document === "string") return refuse("INVALID", `Invalid bulk query: ${document}`);
  const operation = context.bulkOperations.start(
    query,
    () => run(document, { ...context, bulk: true }),
    context.now,
  );
  if (!operation)
    return refuse(
      "LIMIT_REACHED",
      "Five bulk query operations are already in progress for this app and shop.",
    );
  return { bulkOperation: context.bulkOperations.view(operation), userErrors: [] };
}

/** The document of a bulk query, or what is wrong with it. */
function bulkDocument(query: string): DocumentNode | string {
  let document: DocumentNode;
  try {
    document = parse(query);
  } catch (error) {
    return (error as Error).message;
  }
  const [invalid] = validate(adminSchema().schema, document);
  if (invalid) return invalid.message;
  let connections = 0;
  visit(document, {
    Field: (field) => void (connections += /^(edges|nodes)$/.test(field.name.value) ? 1 : 0),
  });
  if (!connections) return "Bulk queries must contain at least one connection.";
  const operations = document.definitions.filter(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  );
  return operations.length === 1 ? document : "Bulk queries must contain exactly one operation.";
}

function count(value: number) {
  return { count: value, precision: "EXACT" };
}
