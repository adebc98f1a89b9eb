import { verifySessionToken } from "../../../dev/local-admin/session-token";
import { SHOP } from "./catalogue";
import { APP, type Listener } from "./local-admin";

/** What the tiny app was asked, and by whom. */
export type TinyAppLog = { path: string; authorized: boolean }[];

/**
 * An embedded app of two pages without a framework: its router is a listener of `shopify:navigate`, as that of Shopify's
 * AppProvider. `/api/stale-once` finds the first session token stale, as the library does.
 */
export function tinyApp(log: TinyAppLog = []): Listener {
  let stale = 0;
  return async (req, res) => {
    const { pathname, searchParams } = new URL(req.url ?? "/", "http://app.test");
    const bearer = req.headers.authorization?.replace("Bearer ", "");
    const token = bearer ?? searchParams.get("id_token") ?? "";
    const authorized = Boolean(await verifySessionToken(token, { ...APP, shop: SHOP }));
    log.push({ path: pathname, authorized });
    if (pathname === "/auth/session-token")
      return void res.setHeader("content-type", "text/html").end(script(APP.apiKey));
    if (pathname === "/api/stale-once" && ++stale === 1)
      return void res.writeHead(401, { "x-shopify-retry-invalid-session-request": "1" }).end();
    if (pathname.startsWith("/api/")) return void res.end(JSON.stringify({ authorized, method: req.method }));
    if (!authorized) {
      searchParams.delete("id_token");
      searchParams.set("shopify-reload", `http://${req.headers.host}${pathname}?${searchParams}`);
      return void res.writeHead(302, { location: `/auth/session-token?${searchParams}` }).end();
    }
    res.writeHead(200, {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": `frame-ancestors https://${SHOP} https://admin.shopify.com;`,
    });
    res.end(page(pathname));
  };
}

function page(path: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tiny app</title>${script(APP.apiKey)}
<meta name="viewport" content="width=device-width">
<style>body{font:14px system-ui;margin:16px;background:#f1f1f1;color:#303030}section{background:#fff;border-radius:12px;padding:16px;margin-bottom:12px}</style></head>
<body>
<ui-nav-menu><a href="/app" rel="home">Home</a><a href="/app/orders">Orders</a><a href="/app/settings">Settings</a></ui-nav-menu>
<ui-title-bar title="Overview"><button variant="primary" onclick="shopify.toast.show('Exported', { action: 'Undo', onAction: () => say('undone') })">Export</button></ui-title-bar>
<h1 id="where">${path}</h1>
<section><p>The day is going well. <a href="shopify://admin/orders/1003">Order #1003 in Shopify</a></p><p id="said" role="status">…</p></section>
<section><form data-save-bar id="thresholds"><label>Threshold <input name="threshold" value="10"></label></form></section>
<ui-modal id="confirm"><p>Really archive it?</p><ui-title-bar title="Archive"><button variant="primary" onclick="say('archived'); shopify.modal.hide('confirm')">Archive</button></ui-title-bar></ui-modal>
<script>
  const say = (text) => (document.getElementById("said").textContent = text);
  const show = () => {
    document.getElementById("where").textContent = location.pathname;
    document.querySelector("ui-title-bar").setAttribute("title", location.pathname === "/app" ? "Overview" : "Orders");
  };
  addEventListener("shopify:navigate", (event) => {
    history.pushState(null, "", event.target.getAttribute("href"));
    show();
  });
  addEventListener("popstate", show);
  document.getElementById("thresholds").addEventListener("submit", (event) => { event.preventDefault(); say("saved"); });
</script></body></html>`;
}

function script(apiKey: string): string {
  return `<script data-api-key="${apiKey}" src="https://cdn.shopify.com/shopifycloud/app-bridge.js"></script>`;
}
