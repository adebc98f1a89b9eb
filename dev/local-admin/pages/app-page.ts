import type { Shop } from "../shop";
import { shopHandle } from "../shopify-data";
import { markup } from "./html";
import { shell } from "./shell";

/** The app in its frame. `frame` carries a session token of one minute, so the page is never cached. */
export function appPage(shop: Shop, frame: string): string {
  const handle = shopHandle(shop.domain);
  return shell({
    shop: { name: shop.data.shop.name, handle, stores: shop.stores },
    title: "Backroom",
    current: "app",
    script: { handle, frameOrigin: new URL(frame).origin },
    main: markup` <div class="appbar">
        <span class="app-icon" aria-hidden="true">B</span>
        <h1 id="app-title">Backroom</h1>
        <div id="title-buttons"></div>
      </div>
      <div id="loading" role="progressbar" aria-label="Loading" hidden></div>
      <iframe id="app-frame" title="Backroom" src="${frame}" allow="clipboard-write"></iframe>`,
  });
}

export function notInstalledPage(shop: Shop): string {
  const handle = shopHandle(shop.domain);
  return shell({
    shop: { name: shop.data.shop.name, handle, stores: shop.stores },
    title: "Backroom is not installed",
    current: "other",
    main: markup`<section class="card narrow">
      <h1>Backroom is not installed</h1>
      <p>${shop.data.shop.name} uninstalled the app. Its tokens are refused until it is installed again.</p>
      <form method="post" action="/store/${handle}/install">
        <button class="primary">Install Backroom</button>
      </form>
    </section>`,
  });
}
