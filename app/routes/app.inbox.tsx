import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { InboxPage } from "~/features/inbox/components/inbox-page";
import { loadInbox } from "~/features/inbox/inbox.server";
import { forStore } from "~/features/stores/for-store.server";

export const meta: MetaFunction = () => [{ title: "Inbox · Backroom" }];

// 200 the latest tickets · 302 or 401 no valid session token · 503 database away
export const loader = (args: LoaderFunctionArgs) =>
  forStore(args, async ({ db, store, now }) => ({
    now: now.toISOString(),
    inbox: await loadInbox(db, store.id),
  }));

export default function InboxRoute() {
  return <InboxPage {...useLoaderData<typeof loader>()} />;
}
