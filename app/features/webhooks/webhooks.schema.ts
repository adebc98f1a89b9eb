/** What arrives at the webhooks pages: their addresses and their forms, parsed once. */
import { z } from "zod";
import { TEST_TOPICS } from "./test-payloads";
import { WEBHOOK_STATUSES } from "./webhook-status";

const text = z.string().trim().min(1).max(255).optional().catch(undefined);

/** A bad value in an address means "not filtered": old bookmarks open. */
const listQuery = z.object({
  status: z.enum(WEBHOOK_STATUSES).optional().catch(undefined),
  topic: text,
  /** A webhook id */
  q: text,
  after: text,
  before: text,
});

export type WebhookListQuery = z.infer<typeof listQuery>;

export function parseWebhookQuery(params: URLSearchParams): WebhookListQuery {
  return listQuery.parse(Object.fromEntries(params));
}

/** Here a bad value is an error: a filter that is not understood must not become "all". */
const selection = {
  status: z.enum(WEBHOOK_STATUSES, "This status is not known here.").optional(),
  topic: z.string().min(1).max(255).optional(),
  webhookId: z.string().min(1).max(255).optional(),
  /** Without it the answer tells what would happen, and nothing does */
  confirmed: z.literal("yes").optional(),
};

export const webhookAction = z.discriminatedUnion(
  "intent",
  [
    z.object({ intent: z.literal("replay"), ...selection }),
    z.object({ intent: z.literal("dismiss"), ...selection }),
    z.object({ intent: z.literal("check") }),
    z.object({ intent: z.literal("repair") }),
    z.object({
      intent: z.literal("send-test"),
      topic: z.enum(TEST_TOPICS as [(typeof TEST_TOPICS)[number]], "Choose one of the topics in the list."),
    }),
  ],
  { error: "This action is not known here." },
);

export type WebhookAction = z.infer<typeof webhookAction>;

export function parseWebhookAction(form: FormData) {
  const fields = [...form].filter(([, value]) => value !== "");
  return webhookAction.safeParse(Object.fromEntries(fields));
}
