import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { SeoPage } from "~/features/seo/components/seo-page";
import { listOpenInsights } from "~/features/seo/seo.server";
import { forStore } from "~/features/stores/for-store.server";

export const meta: MetaFunction = () => [{ title: "SEO · Backroom" }];

// 200 open insights · 302 or 401 no valid session token · 503 database away
export const loader = (args: LoaderFunctionArgs) =>
  forStore(args, async ({ db, store, now }) => ({
    now: now.toISOString(),
    insights: await listOpenInsights(db, store.id),
  }));

export default function SeoRoute() {
  return <SeoPage {...useLoaderData<typeof loader>()} />;
}
