import { json, type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { FlagPage } from "~/features/orders/components/flag-page";
import { submitFlagForm } from "~/features/orders/flag-actions.server";
import { findFlag } from "~/features/orders/orders.server";
import { forStore } from "~/features/stores/for-store.server";
import { readForm } from "~/platform/http/form.server";

export { clientAction, shouldRevalidate } from "~/components/client-action";

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data?.flag.orderName ?? "Order"} · Backroom` },
];

// 200 the flag · 404 not a flag of this store · 302 or 401 no valid session token · 503 database away
export const loader = (args: LoaderFunctionArgs) =>
  forStore(args, async ({ db, store, now, actor, params }) => {
    const flag = await findFlag(db, store.id, params.id ?? "", now);
    if (!flag) throw new Response(null, { status: 404 });
    return { flag, actor, now: now.toISOString(), ianaTimezone: store.ianaTimezone };
  });

// 200 done, or a sentence about a flag that was not found · 400 the form cannot be read
export const action = (args: ActionFunctionArgs) =>
  forStore(args, async ({ db, store, now, actor, request }) => {
    const { status, answer } = await submitFlagForm(db, store.id, await readForm(request), { actor, now });
    return json(answer, status);
  });

export default function FlagRoute() {
  return <FlagPage {...useLoaderData<typeof loader>()} />;
}
