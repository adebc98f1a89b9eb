import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { SeoPage } from "~/features/seo/components/seo-page";
import { listOpenInsights } from "~/features/seo/seo.server";
import { getSettings } from "~/features/settings/settings.server";
import { forStore } from "~/features/stores/for-store.server";

export const meta: MetaFunction = () => [{ title: "SEO · Backroom" }];

// 200 open insights, none while they are switched off · 302 or 401 no valid session token · 503 database away
export const loader = (args: LoaderFunctionArgs) =>
  forStore(args, async ({ db, store, now }) => {
    const { seoInsights } = (await getSettings(db, store.id)).featureToggles;
    const { insights, known } = seoInsights
      ? await listOpenInsights(db, store.id)
      : { insights: [], known: 0 };
    return { now: now.toISOString(), switchedOn: seoInsights, insights, known };
  });

export default function SeoRoute() {
  return <SeoPage {...useLoaderData<typeof loader>()} />;
}
