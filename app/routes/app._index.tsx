import { json, type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { OverviewPage } from "~/features/overview/components/overview-page";
import { actOnOverview, loadOverview } from "~/features/overview/overview.server";
import { forStore } from "~/features/stores/for-store.server";
import { readForm } from "~/platform/http/form.server";

export { clientAction, shouldRevalidate } from "~/components/client-action";

export const meta: MetaFunction = () => [{ title: "Overview · Backroom" }];

// 200 the overview; an unknown ?range= shows the default · 302 or 401 no valid session token · 503 database away
export const loader = (args: LoaderFunctionArgs) =>
  forStore(args, ({ db, store, now, url }) =>
    loadOverview(db, store, { now, range: url.searchParams.get("range") }),
  );

// 200 done · 400 the form asks for something else
export const action = (args: ActionFunctionArgs) =>
  forStore(args, async ({ db, store, now, request }) => {
    const done = await actOnOverview(db, store.id, await readForm(request), now);
    const message = done ? "" : "This form was not understood. Reload the page.";
    return json({ ok: done, message }, done ? 200 : 400);
  });

export default function OverviewRoute() {
  return <OverviewPage overview={useLoaderData<typeof loader>()} />;
}
