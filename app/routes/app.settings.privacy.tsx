import { json, type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { listComplianceRequests } from "~/features/compliance/compliance.server";
import { PrivacyPage } from "~/features/compliance/components/privacy-page";
import { submitPrivacyForm } from "~/features/compliance/privacy-form.server";
import { forStore } from "~/features/stores/for-store.server";
import { keyProvider } from "~/platform/crypto/keys.server";
import { readForm } from "~/platform/http/form.server";

export { clientAction, shouldRevalidate } from "~/components/client-action";

export const meta: MetaFunction = () => [{ title: "Privacy requests · Backroom" }];

// 200 this shop's requests · 302 or 401 no valid session token · 503 database away
export const loader = (args: LoaderFunctionArgs) =>
  forStore(args, async ({ db, store, now, actor }) => ({
    now: now.toISOString(),
    ianaTimezone: store.ianaTimezone,
    requests: await listComplianceRequests(db, keyProvider(), store.shopDomain, actor),
  }));

// 200 closed or opened again, now or before · 400 not our form · 404 no such request of this shop · 409 erased
export const action = (args: ActionFunctionArgs) =>
  forStore(args, async ({ db, store, now, actor, request }) => {
    const form = await readForm(request);
    const { status, answer } = await submitPrivacyForm(db, store.shopDomain, form, { actor, now });
    return json(answer, status);
  });

export default function PrivacyRoute() {
  return <PrivacyPage {...useLoaderData<typeof loader>()} />;
}
