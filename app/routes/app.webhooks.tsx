import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { WebhooksPage } from "~/features/webhooks/components/webhooks-page";
import { loadDiagnostics } from "~/features/webhooks/diagnostics.server";
import { forStore } from "~/features/stores/for-store.server";

export const meta: MetaFunction = () => [{ title: "Webhooks · Backroom" }];

// 200 registry and inbox of this shop · 302 or 401 no valid session token · 503 database away
export const loader = (args: LoaderFunctionArgs) =>
  forStore(args, async ({ db, store, now }) => ({
    now: now.toISOString(),
    diagnostics: await loadDiagnostics(db, store),
  }));

export default function WebhooksRoute() {
  return <WebhooksPage {...useLoaderData<typeof loader>()} />;
}
