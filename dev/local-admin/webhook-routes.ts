import { json as jsonBody, Router } from "express";
import { handled } from "./async-handler";
import type { LocalAdmin, SendWebhook } from "./server";
import type { Shop } from "./shop";

// 200 { outcomes } · 400 no topic · 404 no such shop
export function webhookRoutes(admin: LocalAdmin, findShop: (domain: string) => Shop | undefined): Router {
  const router = Router();
  // JSON only: a page of another origin cannot send it without asking first, and is never answered.
  router.post(
    "/shops/:shop/webhooks",
    jsonBody({ limit: "6mb" }),
    handled(async (req, res) => {
      const shop = findShop(req.params.shop ?? "");
      if (!shop) return void res.status(404).json({ error: `There is no shop ${req.params.shop}.` });
      const body = (req.body ?? {}) as Omit<Partial<SendWebhook>, "triggeredAt"> & { triggeredAt?: string };
      if (typeof body.topic !== "string")
        return void res
          .status(400)
          .json({ error: 'Send JSON with a "topic", e.g. {"topic":"orders/create"}.' });
      const triggeredAt = body.triggeredAt === undefined ? undefined : new Date(body.triggeredAt);
      const outcomes = await admin.sendWebhook({
        ...body,
        triggeredAt,
        topic: body.topic,
        shop: shop.domain,
      });
      res.json({ outcomes });
    }),
  );
  return router;
}
