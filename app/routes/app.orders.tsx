import { json, type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { OrdersPage } from "~/features/orders/components/orders-page";
import { parseListQuery } from "~/features/orders/orders.schema";
import { submitFlagForm } from "~/features/orders/flag-actions.server";
import { listFlags } from "~/features/orders/orders.server";
import { forStore } from "~/features/stores/for-store.server";
import { readForm } from "~/platform/http/form.server";

export { clientAction, shouldRevalidate } from "~/components/client-action";

export const meta: MetaFunction = () => [{ title: "Orders · Backroom" }];

// 200 a page of flags; an unknown filter or cursor is ignored · 302 or 401 no valid session token · 503 database away
export const loader = (args: LoaderFunctionArgs) =>
  forStore(args, async ({ db, store, now, url }) => {
    const query = parseListQuery(url.searchParams);
    return { query, now: now.toISOString(), list: await listFlags(db, store.id, query, now) };
  });

// 200 done, or a sentence about which flags were not found · 400 the form cannot be read
export const action = (args: ActionFunctionArgs) =>
  forStore(args, async ({ db, store, now, actor, request }) => {
    const { status, answer } = await submitFlagForm(db, store.id, await readForm(request), { actor, now });
    return json(answer, status);
  });

export default function OrdersRoute() {
  return <OrdersPage {...useLoaderData<typeof loader>()} />;
}
