import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { SettingsPage } from "~/features/settings/components/settings-page";
import { getSettings } from "~/features/settings/settings.server";
import { forStore } from "~/features/stores/for-store.server";

export const meta: MetaFunction = () => [{ title: "Settings · Backroom" }];

// 200 the settings in force · 302 or 401 no valid session token · 503 database away
export const loader = (args: LoaderFunctionArgs) =>
  forStore(args, async ({ db, store }) => {
    const { thresholds, featureToggles } = await getSettings(db, store.id);
    return { thresholds, featureToggles, currency: store.currency, ianaTimezone: store.ianaTimezone };
  });

export default function SettingsRoute() {
  return <SettingsPage {...useLoaderData<typeof loader>()} />;
}
