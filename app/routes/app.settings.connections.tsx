import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { ConnectionsPage } from "~/features/connections/components/connections-page";
import { connectionCards } from "~/features/connections/connections.server";
import { forStore } from "~/features/stores/for-store.server";

export const meta: MetaFunction = () => [{ title: "Connections · Backroom" }];

// 200 each provider's state · 302 or 401 no valid session token · 503 database away
export const loader = (args: LoaderFunctionArgs) =>
  forStore(args, async ({ db, store, now }) => ({
    now: now.toISOString(),
    ianaTimezone: store.ianaTimezone,
    connections: await connectionCards(db, store.id, now),
  }));

export default function ConnectionsRoute() {
  return <ConnectionsPage {...useLoaderData<typeof loader>()} />;
}
