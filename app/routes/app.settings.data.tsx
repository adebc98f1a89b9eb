import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { DataPage } from "~/features/retention/components/data-page";
import { loadRetention } from "~/features/retention/retention.server";
import { forStore } from "~/features/stores/for-store.server";
import { environment } from "~/platform/env.server";

export const meta: MetaFunction = () => [{ title: "Data and retention · Backroom" }];

// 200 the rules, and what they do to this store · 302 or 401 no valid session token · 503 database away
export const loader = (args: LoaderFunctionArgs) =>
  forStore(args, async ({ db, store, now }) => ({
    now: now.toISOString(),
    ianaTimezone: store.ianaTimezone,
    ...(await loadRetention(db, store, { now, days: environment().env.retentionDays })),
  }));

export default function DataRoute() {
  return <DataPage {...useLoaderData<typeof loader>()} />;
}
