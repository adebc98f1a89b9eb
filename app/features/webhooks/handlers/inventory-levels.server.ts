/** inventory_levels/update: the stock of one item at one location. */
import { z } from "zod";
import { followStockLevel } from "~/features/inventory/follow-stock.server";
import type { TopicHandler } from "../handler";
import { parsePayload } from "../payload";
import { gidOf, instant, OLDER, shopifyId, toldAt } from "./fields";

const levelPayload = z.object({
  inventory_item_id: shopifyId,
  location_id: shopifyId,
  /** Null for an item that Shopify does not track */
  available: z.int32().nullable(),
  updated_at: instant.nullish(),
});

export const inventoryLevelUpdated: TopicHandler = {
  of: "installed",
  async handle({ store, event, tx, now }) {
    const level = parsePayload(levelPayload, event.payload);
    if (level.available === null) return { skipped: "Shopify does not count this item's stock." };
    const told = {
      inventoryItemGid: gidOf("InventoryItem", level.inventory_item_id),
      locationGid: gidOf("Location", level.location_id),
      available: level.available,
      at: toldAt(event, level.updated_at),
    };
    const outcome = await followStockLevel(tx, store.id, told, now);
    if (outcome === "older") return OLDER;
    if (outcome === "unknown") return { skipped: "Backroom keeps no figures of this item." };
    return "done";
  },
};
