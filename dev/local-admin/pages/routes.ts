import { Router, urlencoded, type Request, type Response } from "express";
import { handled } from "../async-handler";
import { embeddedUrl } from "../embedded-url";
import type { ProviderDesk } from "../../local-providers/desk";
import type { LocalAdmin } from "../server";
import { mintSessionToken, type AppCredentials } from "../session-token";
import type { Shop } from "../shop";
import { shopHandle } from "../shopify-data";
import { appPage, notInstalledPage } from "./app-page";
import { placeholderPage, noSuchShopPage } from "./placeholder-page";
import { providerRoutes } from "./provider-routes";
import { webhooksPage } from "./webhooks-page";

/** The pages of the admin, all below /store/{handle}. */
export function pageRoutes(
  admin: LocalAdmin,
  app: AppCredentials,
  shops: Shop[],
  desk?: ProviderDesk,
): Router {
  const router = Router();
  const [first] = shops;

  router.get("/", (_req, res) => res.redirect(first ? admin.adminUrl(first.domain) : "/store/none"));
  router.param("handle", (req, res, next, handle) => {
    const shop = shops.find((candidate) => shopHandle(candidate.domain) === handle);
    if (!shop) return void res.status(404).send(noSuchShopPage(handle, shops));
    res.locals.shop = shop;
    next();
  });

  router.get("/store/:handle", (_req, res) => res.redirect(admin.adminUrl(shopIn(res).domain)));

  // 200 the app in its frame, or an offer to install it
  router.get(
    ["/store/:handle/apps/backroom", "/store/:handle/apps/backroom/*"],
    handled(async (req, res) => {
      const shop = shopIn(res);
      res.set("Cache-Control", "no-store");
      if (!shop.data.installed) return void res.send(notInstalledPage(shop));
      const path = req.originalUrl.replace(/^\/store\/[^/]+\/apps\/backroom/, "") || "/";
      const frame = await embeddedUrl(
        admin.tunnelOrigin,
        path.startsWith("/") ? path : `/${path}`,
        shop.domain,
        app,
      );
      res.send(appPage(shop, frame));
    }),
  );

  // 200 { token } · 403 asked for by another origin · 409 the app is not installed
  router.post(
    "/store/:handle/session-token",
    handled(async (req, res) => {
      if (!isOwnPage(req, admin))
        return void res.status(403).json({ error: "Only the local admin's page may ask." });
      const { data, domain } = shopIn(res);
      if (!data.installed)
        return void res.status(409).json({ error: "The app is not installed on this shop." });
      res.set("Cache-Control", "no-store").json({ token: await mintSessionToken({ ...app, shop: domain }) });
    }),
  );

  router.get("/store/:handle/webhooks", (_req, res) => void res.send(webhooksPage(shopIn(res))));

  router.use(
    "/store/:handle/providers",
    providerRoutes(desk, { shopIn, isOwnPage: (req) => isOwnPage(req, admin) }),
  );

  // 303 back to the app or the panel · 403 asked for by another origin
  router.post(
    "/store/:handle/:change(install|uninstall)",
    urlencoded({ extended: false }),
    handled(async (req, res) => {
      if (!isOwnPage(req, admin)) return void res.status(403).send("Only the local admin's page may ask.");
      const { domain } = shopIn(res);
      if (req.params.change === "install") admin.install(domain);
      else await admin.uninstall(domain);
      res.redirect(303, admin.adminUrl(domain));
    }),
  );

  router.get("/store/:handle/*", (req, res) => {
    const path = (req.params as Record<string, string>)[0] ?? "";
    res.send(placeholderPage(shopIn(res), path));
  });
  return router;
}

function shopIn(res: Response): Shop {
  return res.locals.shop as Shop;
}

function isOwnPage(req: Request, admin: LocalAdmin): boolean {
  return req.get("Origin") === admin.origin;
}
