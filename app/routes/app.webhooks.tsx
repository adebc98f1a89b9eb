import { json, type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { WebhooksPage } from "~/features/webhooks/components/webhooks-page";
import { loadDiagnostics } from "~/features/webhooks/diagnostics.server";
import { submitWebhookForm } from "~/features/webhooks/webhook-actions.server";
import { webhookDeps } from "~/features/webhooks/webhook-deps.server";
import { parseWebhookQuery } from "~/features/webhooks/webhooks.schema";
import { forStore } from "~/features/stores/for-store.server";
import { readForm } from "~/platform/http/form.server";

export { clientAction, shouldRevalidate } from "~/components/client-action";

export const meta: MetaFunction = () => [{ title: "Webhooks · Backroom" }];

// 200 registry and inbox of this shop; an unknown filter is ignored · 302 or 401 no valid session token · 503 database away
export const loader = (args: LoaderFunctionArgs) =>
  forStore(args, async ({ db, store, now, actor, url }) => {
    const query = parseWebhookQuery(url.searchParams);
    const diagnostics = await loadDiagnostics(db, store, query, webhookDeps());
    return { query, diagnostics, actor, now: now.toISOString(), ianaTimezone: store.ianaTimezone };
  });

// 200 done, or what would be · 400 the form cannot be read · 502 Shopify did not do its part
export const action = (args: ActionFunctionArgs) =>
  forStore(args, async ({ db, store, admin, now, actor, request }) => {
    const context = { db, store, admin, now, actor, ...webhookDeps() };
    const { status, answer } = await submitWebhookForm(context, await readForm(request));
    return json(answer, status);
  });

export default function WebhooksRoute() {
  return <WebhooksPage {...useLoaderData<typeof loader>()} />;
}
