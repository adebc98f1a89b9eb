import { json, type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { listComplianceRequests } from "~/features/compliance/compliance.server";
import { PrivacyPage } from "~/features/compliance/components/privacy-page";
import { submitPrivacyForm } from "~/features/compliance/privacy-form.server";
import { forStore } from "~/features/stores/for-store.server";
import { readForm } from "~/platform/http/form.server";

export const meta: MetaFunction = () => [{ title: "Privacy requests · Backroom" }];

// 200 this shop's requests · 302 or 401 no valid session token · 503 database away
export const loader = (args: LoaderFunctionArgs) =>
  forStore(args, async ({ db, store, now }) => ({
    now: now.toISOString(),
    ianaTimezone: store.ianaTimezone,
    requests: await listComplianceRequests(db, store.shopDomain),
  }));

// 200 closed, or closed before · 400 not our form · 404 no such request of this shop
export const action = (args: ActionFunctionArgs) =>
  forStore(args, async ({ db, store, now, request }) => {
    const { status, answer } = await submitPrivacyForm(db, store.shopDomain, await readForm(request), now);
    return json(answer, status);
  });

export default function PrivacyRoute() {
  return <PrivacyPage {...useLoaderData<typeof loader>()} />;
}
