/** What a merchant does on the webhooks pages: replay, dismiss, check, repair, send a test. */
import { AdminApiError } from "~/platform/shopify/admin-graphql.server";
import { databaseNow } from "~/platform/db/clock.server";
import type { Db } from "~/platform/db/client.server";
import { changeInbox, previewChange, type ChangeKind, type ChangePreview } from "./inbox-changes.server";
import { auditRegistry, syncRegistry, type RegistryAudit, type RegistryContext } from "./registry.server";
import { sendTest, type SentTest, type TestTarget } from "./send-test.server";
import { deliveries } from "./webhook-status";
import { parseWebhookAction, type WebhookAction } from "./webhooks.schema";

export type WebhookAnswer = {
  ok: boolean;
  /** Empty when there is nothing to say beside what follows */
  message: string;
  /** What would happen; nothing has */
  preview?: ChangePreview;
  audit?: RegistryAudit;
  test?: SentTest;
};

export type WebhookActionContext = Omit<RegistryContext, "store"> & {
  db: Db;
  store: { id: string; shopDomain: string };
  /** Who is at the screen */
  actor: string;
  test: Omit<TestTarget, "shopDomain"> & { newWebhookId: () => string };
};

/** Parses the form and does what it asks; 502 when Shopify did not do its part. */
export async function submitWebhookForm(
  context: WebhookActionContext,
  form: FormData,
): Promise<{ status: 200 | 400 | 502; answer: WebhookAnswer }> {
  const parsed = parseWebhookAction(form);
  if (!parsed.success)
    return { status: 400, answer: { ok: false, message: parsed.error.issues[0]?.message ?? "" } };
  try {
    return { status: 200, answer: await act(context, parsed.data) };
  } catch (error) {
    if (!(error instanceof AdminApiError)) throw error;
    return { status: 502, answer: { ok: false, message: error.message } };
  }
}

async function act(context: WebhookActionContext, action: WebhookAction): Promise<WebhookAnswer> {
  switch (action.intent) {
    case "replay":
    case "dismiss": {
      const { intent, confirmed, ...filter } = action;
      return change(context, intent, filter, confirmed === "yes");
    }
    case "check":
      return { ok: true, message: "", audit: await auditRegistry(context) };
    case "repair":
      return repair(context);
    case "send-test": {
      const { test, store, db } = context;
      // By the clock that the inbox goes by, so that the steps that the page shows follow one another.
      const now = await databaseNow(db);
      const target = { ...test, shopDomain: store.shopDomain };
      const sent = await sendTest(target, { topic: action.topic, webhookId: test.newWebhookId(), now });
      return { ok: sent.problem === null, message: sent.problem ?? "", test: sent };
    }
  }
}

async function change(
  { db, store, actor }: WebhookActionContext,
  kind: ChangeKind,
  filter: ChangePreview["filter"],
  confirmed: boolean,
): Promise<WebhookAnswer> {
  if (!confirmed)
    return { ok: true, message: "", preview: await previewChange(db, store.shopDomain, kind, filter) };
  const count = await changeInbox(db, store.shopDomain, kind, filter, actor);
  if (!count)
    return { ok: false, message: "Nothing was changed: the deliveries are in another state by now." };
  return {
    ok: true,
    message: kind === "replay" ? `${deliveries(count)} will run again` : `${deliveries(count)} dismissed`,
  };
}

async function repair(context: WebhookActionContext): Promise<WebhookAnswer> {
  const { done, failed, ...audit } = await syncRegistry(context.db, context);
  if (failed.length) {
    const reasons = failed.map(({ topicKey, detail }) => `${topicKey}: ${detail}`).join("; ");
    return {
      ok: false,
      message: `Shopify did not take ${failed.length} of ${done.length + failed.length} changes. ${reasons}`,
      audit,
    };
  }
  return { ok: true, message: done.length ? "Subscriptions repaired" : "Nothing had to be changed", audit };
}
