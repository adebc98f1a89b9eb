/** The app's menu in the admin's sidebar, the address of the admin's page, and the ways out of the frame. */
import { hear, tell } from "./channel";

const MENU_LINKS = "ui-nav-menu a, s-app-nav a, s-app-nav s-link";
const EMBEDDED_PARAMETERS = [
  "embedded",
  "hmac",
  "host",
  "id_token",
  "locale",
  "session",
  "shop",
  "timestamp",
];

export function watchNavigation() {
  countNavigateListeners();
  reportPath();
  for (const method of ["pushState", "replaceState"] as const) {
    const original = history[method].bind(history);
    history[method] = (...args) => {
      original(...args);
      reportPath();
    };
  }
  addEventListener("popstate", reportPath);
  document.addEventListener("click", interceptExit, true);
  const plainOpen = window.open.bind(window);
  window.open = (url, target, features) =>
    url && openUrl(String(url)) ? null : plainOpen(url, target, features);
  hear((message) => message.kind === "navigate" && navigate(message.href));
}

let lastMenu = "";

/** Called whenever the document changed. */
export function reportMenu() {
  const anchors = [...document.querySelectorAll<HTMLElement>(MENU_LINKS)];
  const links = anchors.map((anchor) => ({
    label: anchor.textContent?.trim() ?? "",
    href: withoutEmbedded(anchor.getAttribute("href") ?? ""),
    home: anchor.getAttribute("rel") === "home",
  }));
  const menu = JSON.stringify(links);
  if (menu === lastMenu) return;
  lastMenu = menu;
  tell({ kind: "nav", links });
}

/** Hands an address of Shopify's admin to the admin around us. False: it is an ordinary address. */
export function openUrl(url: string): boolean {
  if (
    !/^shopify:\/*admin\//i.test(url) &&
    !/^https:\/\/admin\.shopify\.com\//.test(url) &&
    !/^https:\/\/[^/]+\.myshopify\.com\/admin/.test(url)
  )
    return false;
  tell({ kind: "open", url });
  return true;
}

/** As App Bridge does: the framework's router hears of it by an event on the menu's own link. */
function navigate(href: string) {
  const links = [...document.querySelectorAll<HTMLElement>(MENU_LINKS)];
  const link = links.find((candidate) => withoutEmbedded(candidate.getAttribute("href") ?? "") === href);
  if (!link || navigateListeners === 0) return location.assign(href);
  link.dispatchEvent(new CustomEvent("shopify:navigate", { bubbles: true }));
}

let navigateListeners = 0;

/** Without a router that listens, a link of the menu has to load its page itself. */
function countNavigateListeners() {
  const counted = <Method extends (type: string, ...rest: never[]) => void>(method: Method, change: number) =>
    ((type: string, ...rest: never[]) => {
      if (type === "shopify:navigate") navigateListeners += change;
      method(type, ...rest);
    }) as Method;
  window.addEventListener = counted(window.addEventListener.bind(window), 1);
  window.removeEventListener = counted(window.removeEventListener.bind(window), -1);
}

function interceptExit(event: MouseEvent) {
  const anchor = (event.target as Element | null)?.closest?.("a[href]");
  if (anchor && openUrl(anchor.getAttribute("href") ?? "")) event.preventDefault();
}

let lastPath = "";

function reportPath() {
  const path = withoutEmbedded(location.pathname + location.search + location.hash);
  if (path === lastPath || location.search.includes("shopify-reload=")) return;
  lastPath = path;
  tell({ kind: "path", path });
}

function withoutEmbedded(href: string): string {
  const url = new URL(href, location.origin);
  for (const name of EMBEDDED_PARAMETERS) url.searchParams.delete(name);
  return url.pathname + url.search + url.hash;
}
