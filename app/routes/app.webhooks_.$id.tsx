import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { DeliveryPage } from "~/features/webhooks/components/delivery-page";
import { findDelivery } from "~/features/webhooks/diagnostics.server";
import { forStore } from "~/features/stores/for-store.server";

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data?.delivery.topic ?? "Delivery"} · Backroom` },
];

// 200 the delivery, its payload masked · 404 none of this shop · 302 or 401 no valid session token · 503 database away
export const loader = (args: LoaderFunctionArgs) =>
  forStore(args, async ({ db, store, now, actor, params }) => {
    const delivery = await findDelivery(db, store.shopDomain, params.id ?? "");
    if (!delivery) throw new Response(null, { status: 404 });
    return { delivery, actor, now: now.toISOString(), ianaTimezone: store.ianaTimezone };
  });

export default function DeliveryRoute() {
  return <DeliveryPage {...useLoaderData<typeof loader>()} />;
}
