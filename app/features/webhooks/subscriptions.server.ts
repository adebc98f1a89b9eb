/** The app's webhook subscriptions of one shop, over the Admin API. */
import { z } from "zod";
import { askAdmin } from "~/platform/shopify/admin-graphql.server";
import type { Admin } from "~/platform/shopify/shopify.server";
import type { Step, Subscription } from "./registry-comparison";

const LIST = `#graphql
  query WebhookSubscriptions($after: String) {
    webhookSubscriptions(first: 100, after: $after) {
      nodes { id topic uri createdAt }
      pageInfo { hasNextPage endCursor }
    }
  }`;

const page = z.object({
  webhookSubscriptions: z.object({
    nodes: z.array(z.object({ id: z.string(), topic: z.string(), uri: z.string(), createdAt: z.string() })),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
});

/** @throws {AdminApiError} */
export async function listSubscriptions(admin: Admin): Promise<Subscription[]> {
  const all: Subscription[] = [];
  let after: string | null = null;
  do {
    const answer: z.infer<typeof page> = await askAdmin(admin, LIST, { after }, page);
    const { nodes, pageInfo } = answer.webhookSubscriptions;
    for (const { topic, ...one } of nodes) all.push({ ...one, topicKey: topic });
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after);
  return all;
}

const CREATE = `#graphql
  mutation RegisterWebhook($topic: WebhookSubscriptionTopic!, $uri: String!) {
    answer: webhookSubscriptionCreate(topic: $topic, webhookSubscription: { uri: $uri }) {
      userErrors { field message }
    }
  }`;

const UPDATE = `#graphql
  mutation RefreshWebhook($id: ID!, $uri: String!) {
    answer: webhookSubscriptionUpdate(id: $id, webhookSubscription: { uri: $uri }) {
      userErrors { field message }
    }
  }`;

const DELETE = `#graphql
  mutation RemoveWebhook($id: ID!) {
    answer: webhookSubscriptionDelete(id: $id) {
      userErrors { field message }
    }
  }`;

const mutated = z.object({
  answer: z.object({ userErrors: z.array(z.object({ message: z.string() })) }).nullable(),
});

/**
 * Takes one step at Shopify.
 * @returns null, or why Shopify would not, in its own words
 * @throws {AdminApiError} when it did not even look at it
 */
export async function takeStep(admin: Admin, step: Step): Promise<string | null> {
  const { operation, topicKey: topic, subscriptionId: id, uri } = step;
  const { answer } = await (operation === "REGISTER"
    ? askAdmin(admin, CREATE, { topic, uri }, mutated)
    : operation === "REFRESH"
      ? askAdmin(admin, UPDATE, { id, uri }, mutated)
      : askAdmin(admin, DELETE, { id }, mutated));
  return answer?.userErrors.map(({ message }) => message).join("; ") || null;
}
