import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { InventoryPage } from "~/features/inventory/components/inventory-page";
import { listByStockout } from "~/features/inventory/inventory.server";
import { getSettings } from "~/features/settings/settings.server";
import { forStore } from "~/features/stores/for-store.server";
import { shopDayOf } from "~/platform/shop-day";

export const meta: MetaFunction = () => [{ title: "Inventory · Backroom" }];

// 200 SKUs by sell-out day, none while the forecast is off · 302 or 401 no valid session token · 503 database away
export const loader = (args: LoaderFunctionArgs) =>
  forStore(args, async ({ db, store, now }) => {
    const { thresholds, featureToggles } = await getSettings(db, store.id);
    const forecast = featureToggles.inventoryForecast;
    const stockouts = forecast ? await listByStockout(db, store.id) : { items: [], known: 0, asOf: null };
    const today = shopDayOf(now, store.ianaTimezone);
    return {
      ...{ forecast, ...stockouts, today, lowCoverDays: thresholds.lowCoverDays },
      ianaTimezone: store.ianaTimezone,
    };
  });

export default function InventoryRoute() {
  return <InventoryPage {...useLoaderData<typeof loader>()} />;
}
