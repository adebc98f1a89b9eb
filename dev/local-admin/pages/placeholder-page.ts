import type { Shop } from "../shop";
import { legacyId, shopHandle } from "../shopify-data";
import { markup, type Html } from "./html";
import { shell, type ShellOptions } from "./shell";

const SECTIONS: readonly ShellOptions["current"][] = ["home", "orders", "products", "customers"];

/** What a link of the app into the rest of Shopify's admin leads to: a page that says what would be there. */
export function placeholderPage(shop: Shop, path: string): string {
  const handle = shopHandle(shop.domain);
  const section = SECTIONS.find((name) => path.split("/")[0] === name) ?? "other";
  const heading = headingOf(shop, path);
  return shell({
    shop: { name: shop.data.shop.name, handle, stores: shop.stores },
    title: heading,
    current: section,
    main: markup`<section class="card narrow">
      <h1>${heading}</h1>
      <p>In Shopify, <code>/store/${handle}/${path}</code> opens here. The local admin shows the app only.</p>
      ${summaryOf(shop, section)}
      <p><a class="button" href="/store/${handle}/apps/backroom/app">Open Backroom</a></p>
    </section>`,
  });
}

export function noSuchShopPage(handle: string, shops: Shop[]): string {
  const links = shops.map((shop) => {
    const known = shopHandle(shop.domain);
    return markup`<li><a href="/store/${known}">${shop.data.shop.name}</a></li>`;
  });
  return shell({
    shop: { name: "Local admin", handle: shops[0] ? shopHandle(shops[0].domain) : "", stores: [] },
    title: "No such shop",
    current: "other",
    main: markup`<section class="card narrow">
      <h1>There is no shop “${handle}”</h1>
      <p>The local Shopify has these:</p>
      <ul>
        ${links}
      </ul>
    </section>`,
  });
}

/** `orders/1001` names the order when the shop holds it. */
function headingOf({ data }: Shop, path: string): string {
  const [section = "", id = ""] = path.split("/");
  const order = section === "orders" && data.orders.find((one) => legacyId(one.id) === Number(id));
  if (order) return `Order ${order.name}`;
  const product = section === "products" && data.products.find((one) => legacyId(one.id) === Number(id));
  if (product) return product.title;
  return section ? section[0]!.toUpperCase() + section.slice(1).replaceAll("_", " ") : "Shopify admin";
}

function summaryOf({ data }: Shop, section: ShellOptions["current"]): Html {
  const counts: Partial<Record<ShellOptions["current"], string>> = {
    orders: `${data.orders.length} orders`,
    products: `${data.products.length} products`,
    customers: `${data.customers.length} customers`,
  };
  const count = counts[section];
  return count
    ? markup`<p>This shop holds ${count}, which the app reads through the Admin API.</p>`
    : markup``;
}
