import { Router, urlencoded, type Request, type Response } from "express";
import { providerOf } from "~/features/connections/provider";
import type { ProviderDesk } from "../../local-providers/desk";
import { troublesOf } from "../../local-providers/desk-troubles";
import type { Shop } from "../shop";
import { noProvidersPage, providersPage } from "./providers-page";

type Surroundings = { shopIn: (res: Response) => Shop; isOwnPage: (req: Request) => boolean };

/** What to paste into the app's forms, and how each provider is made to fail. */
export function providerRoutes(desk: ProviderDesk | undefined, { shopIn, isOwnPage }: Surroundings): Router {
  const router = Router();

  // 200 the page · 404 no providers run beside this admin
  router.get("/", (_req, res) => {
    res.set("Cache-Control", "no-store");
    if (desk) res.send(providersPage(shopIn(res), desk));
    else res.status(404).send(noProvidersPage(shopIn(res)));
  });

  // 303 back to the provider · 400 no such trouble · 403 asked for by another origin · 404 no such provider
  router.post("/:provider/:change(trouble|keys)", urlencoded({ extended: false }), (req, res) => {
    if (!isOwnPage(req)) return void res.status(403).send("Only the local admin's page may ask.");
    const provider = providerOf(req.params.provider);
    if (!desk || !provider) return void res.status(404).send("There is no such provider.");
    if (req.params.change === "keys") desk.renew(provider);
    else {
      const asked = (req.body as { trouble?: unknown }).trouble;
      const name = troublesOf(provider).find((one) => one === asked) ?? null;
      if (asked && !name) return void res.status(400).send(`${provider} cannot fail like that.`);
      desk.setTrouble(provider, name);
    }
    res.redirect(303, `${req.baseUrl}#${provider.toLowerCase()}`);
  });
  return router;
}
