import { legacyId } from "../shopify-data";
import { connection, type PageArgs } from "./connection";
import type { QueryContext } from "./context";
import { apiVersionView } from "./shop";
import { parseUrl } from "~/platform/http/parse-url";

export type WebhookSubscription = {
  id: string;
  /** The enum of the Admin API, e.g. ORDERS_CREATE */
  topic: string;
  uri: string;
  name: string | null;
  includeFields: string[];
  filter: string | null;
  createdAt: string;
  updatedAt: string;
};

type SubscriptionInput = {
  uri?: string | null;
  callbackUrl?: string | null;
  name?: string | null;
  includeFields?: string[] | null;
  filter?: string | null;
};

type Payload = { webhookSubscription: object | null; userErrors: { field: string[]; message: string }[] };

/** The subscriptions that the app made through the Admin API for one shop; those of shopify.app.toml are not listed. */
export class WebhookSubscriptions {
  readonly all: WebhookSubscription[] = [];
  #next = 1;

  create(topic: string, input: SubscriptionInput, now: Date): Payload {
    const uri = input.uri ?? input.callbackUrl ?? "";
    const problem = this.#problemWith(topic, uri, undefined);
    if (problem) return refusal(problem);
    const at = now.toISOString();
    const subscription: WebhookSubscription = {
      id: `gid://shopify/WebhookSubscription/${this.#next++}`,
      topic,
      uri,
      name: input.name ?? null,
      includeFields: input.includeFields ?? [],
      filter: input.filter ?? null,
      createdAt: at,
      updatedAt: at,
    };
    this.all.push(subscription);
    return { webhookSubscription: subscriptionView(subscription), userErrors: [] };
  }

  update(id: string, input: SubscriptionInput, now: Date): Payload {
    const subscription = this.all.find((candidate) => candidate.id === id);
    if (!subscription) return refusal({ field: ["id"], message: "Webhook subscription does not exist" });
    const uri = input.uri ?? input.callbackUrl ?? subscription.uri;
    const problem = this.#problemWith(subscription.topic, uri, id);
    if (problem) return refusal(problem);
    subscription.uri = uri;
    if (input.includeFields) subscription.includeFields = input.includeFields;
    if (input.filter !== undefined) subscription.filter = input.filter;
    subscription.updatedAt = now.toISOString();
    return { webhookSubscription: subscriptionView(subscription), userErrors: [] };
  }

  delete(id: string) {
    const index = this.all.findIndex((candidate) => candidate.id === id);
    if (index === -1)
      return {
        deletedWebhookSubscriptionId: null,
        userErrors: [{ field: ["id"], message: "Webhook subscription does not exist" }],
      };
    this.all.splice(index, 1);
    return { deletedWebhookSubscriptionId: id, userErrors: [] };
  }

  list(args: PageArgs & { topics?: string[] | null; uri?: string | null }, context: QueryContext) {
    const items = this.#matching(args);
    return connection(
      { items, sortBy: () => 0, idOf: ({ id }) => id, view: subscriptionView },
      args,
      context,
    );
  }

  #matching({ topics, uri }: { topics?: string[] | null; uri?: string | null }) {
    return this.all.filter(
      (one) => (!topics?.length || topics.includes(one.topic)) && (!uri || one.uri === uri),
    );
  }

  /** Plain http is for loopback only: Shopify itself takes no http at all, and a laptop has nothing else. */
  #problemWith(topic: string, uri: string, ownId: string | undefined) {
    const field = ["webhookSubscription", "callbackUrl"];
    if (!parseUrl(uri)) return { field, message: "Address is not a valid URL" };
    const { protocol, hostname } = new URL(uri);
    const loopback = hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
    if (protocol !== "https:" && !loopback)
      return { field, message: `Address protocol ${protocol}// is not supported` };
    if (this.all.some((one) => one.id !== ownId && one.topic === topic && one.uri === uri))
      return { field, message: "Address for this topic has already been taken" };
    return undefined;
  }
}

function refusal(error: { field: string[]; message: string }): Payload {
  return { webhookSubscription: null, userErrors: [error] };
}

export function subscriptionView(subscription: WebhookSubscription) {
  return {
    __typename: "WebhookSubscription",
    ...subscription,
    legacyResourceId: legacyId(subscription.id),
    format: "JSON",
    callbackUrl: subscription.uri,
    endpoint: { __typename: "WebhookHttpEndpoint", callbackUrl: subscription.uri },
    apiVersion: apiVersionView,
    metafieldNamespaces: [],
    metafields: [],
  };
}
