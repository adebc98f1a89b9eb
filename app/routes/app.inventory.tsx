import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { InventoryPage } from "~/features/inventory/components/inventory-page";
import { listByStockout } from "~/features/inventory/inventory.server";
import { getSettings } from "~/features/settings/settings.server";
import { forStore } from "~/features/stores/for-store.server";
import { shopDayOf } from "~/platform/shop-day";

export const meta: MetaFunction = () => [{ title: "Inventory · Backroom" }];

// 200 SKUs by sell-out day · 302 or 401 no valid session token · 503 database away
export const loader = (args: LoaderFunctionArgs) =>
  forStore(args, async ({ db, store, now }) => {
    const [items, { thresholds }] = await Promise.all([
      listByStockout(db, store.id),
      getSettings(db, store.id),
    ]);
    return { items, today: shopDayOf(now, store.ianaTimezone), lowCoverDays: thresholds.lowCoverDays };
  });

export default function InventoryRoute() {
  return <InventoryPage {...useLoaderData<typeof loader>()} />;
}
