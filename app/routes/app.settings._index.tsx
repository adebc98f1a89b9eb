import { json, type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { SettingsPage } from "~/features/settings/components/settings-page";
import { submitSettingsForm } from "~/features/settings/save-settings.server";
import { getSavedSettings } from "~/features/settings/settings.server";
import { forStore } from "~/features/stores/for-store.server";
import { readForm } from "~/platform/http/form.server";

export { clientAction, shouldRevalidate } from "~/components/client-action";

export const meta: MetaFunction = () => [{ title: "Settings · Backroom" }];

// 200 the settings in force · 302 or 401 no valid session token · 503 database away
export const loader = (args: LoaderFunctionArgs) =>
  forStore(args, async ({ db, store }) => {
    const saved = await getSavedSettings(db, store.id);
    return { saved, currency: store.currency, ianaTimezone: store.ianaTimezone };
  });

// 200 saved · 400 a sentence per field · 409 somebody saved other values in between
export const action = (args: ActionFunctionArgs) =>
  forStore(args, async ({ db, store, now, request }) => {
    const context = { now, currency: store.currency };
    const { status, answer } = await submitSettingsForm(db, store.id, await readForm(request), context);
    return json(answer, status);
  });

export default function SettingsRoute() {
  return <SettingsPage {...useLoaderData<typeof loader>()} />;
}
