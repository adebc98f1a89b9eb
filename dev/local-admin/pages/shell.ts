import { Html, markup } from "./html";
import { icons } from "./icons";
import { shopHandle } from "../shopify-data";

export type ShellOptions = {
  shop: { name: string; handle: string; stores: { name: string; domain: string }[] };
  title: string;
  current: "app" | "webhooks" | "providers" | "home" | "orders" | "products" | "customers" | "other";
  main: Html;
  /** What the page's script needs to know; never a secret */
  script?: object;
};

/** The admin's frame: top bar, navigation, and the page in the middle. */
export function shell({ shop, title, current, main, script }: ShellOptions): string {
  const base = `/store/${shop.handle}`;
  const link = (name: ShellOptions["current"], href: string, label: string, icon: Html) =>
    markup`<li>
      <a href="${href}" ${current === name ? markup`aria-current="page"` : ""}>${icon}<span>${label}</span></a>
    </li>`;
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="same-origin" />
        <title>${title} · ${shop.name} · Local admin</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/admin.css" />
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        <header class="topbar">
          <button
            type="button"
            id="menu-button"
            aria-expanded="false"
            aria-controls="navigation"
            aria-label="Navigation"
          >
            ${icons.menu}
          </button>
          <a class="brand" href="${base}">${icons.shop}<span>Local admin</span></a>
          <div id="save-bar" role="region" aria-label="Unsaved changes" hidden></div>
          <p class="shop">
            <span>${shop.name}</span><span class="avatar" aria-hidden="true">${initials(shop.name)}</span>
          </p>
        </header>
        <nav id="navigation" aria-label="Admin">
          <ul>
            ${link("home", `${base}/home`, "Home", icons.home)}
            ${link("orders", `${base}/orders`, "Orders", icons.orders)}
            ${link("products", `${base}/products`, "Products", icons.products)}
            ${link("customers", `${base}/customers`, "Customers", icons.customers)}
          </ul>
          <h2>Apps</h2>
          <ul>
            <li>
              <a
                href="${base}/apps/backroom/app"
                id="app-link"
                ${current === "app" ? markup`aria-current="page"` : ""}
                ><span class="app-icon" aria-hidden="true">B</span><span>Backroom</span></a
              >
              <ul id="app-nav"></ul>
            </li>
          </ul>
          <h2>Local tools</h2>
          <ul>
            ${link("webhooks", `${base}/webhooks`, "Send a webhook", icons.webhook)}
            ${link("providers", `${base}/providers`, "Providers", icons.providers)}
          </ul>
          ${switcher(shop)}
          <p class="note">A stand-in for the Shopify admin on this machine. Nothing here reaches Shopify.</p>
        </nav>
        <div id="scrim" hidden></div>
        <script type="application/json" id="page-data">
          ${asJson(script ?? {})}
        </script>
        ${LISTENS_FIRST}
        <main id="main" class="${current === "app" ? "app" : "page"}" tabindex="-1">${main}</main>
        <div id="toasts" role="status" aria-live="polite"></div>
      </body>
    </html>`.text;
}

/** Before the frame, and not deferred: what the app says while it loads must find somebody who listens. */
const LISTENS_FIRST = markup`<script src="/admin.js"></script>`;

/** Nothing where there is only one store. */
function switcher({ handle, stores }: ShellOptions["shop"]): Html {
  if (stores.length < 2) return markup``;
  return markup`<h2>Stores</h2>
    <ul>
      ${stores.map(({ name, domain }) => {
        const other = shopHandle(domain);
        return markup`<li>
          <a
            href="/store/${other}/apps/backroom/app"
            ${other === handle ? markup`aria-current="true"` : ""}
            >${icons.shop}<span>${name}</span></a
          >
        </li>`;
      })}
    </ul>`;
}

function initials(name: string): string {
  return name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word[0]?.toUpperCase() ?? "")
    .join("");
}

/** JSON inside a script element must not be able to close it. */
function asJson(value: object): Html {
  const text = JSON.stringify(value).replaceAll("<", "\\u003c");
  return new Html(text);
}
