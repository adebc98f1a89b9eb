import { closeMenu } from "./menu";
import { mayLeave } from "./save-bar";
import type { Tell } from "./frame";

type Link = { label: string; href: string; home: boolean };

let current = "";

/** The app's own menu below its name in the sidebar. A click moves the app inside its frame. */
export function renderNavigation(links: Link[], handle: string, tell: Tell) {
  const home = links.find((link) => link.home);
  const top = document.getElementById("app-link") as HTMLAnchorElement;
  bind(top, home?.href ?? top.pathname.replace(/^.*\/apps\/backroom/, ""), handle, tell);
  const items = links
    .filter((link) => !link.home)
    .map((link) => {
      const anchor = document.createElement("a");
      anchor.textContent = link.label;
      bind(anchor, link.href, handle, tell);
      const item = document.createElement("li");
      item.append(anchor);
      return item;
    });
  document.getElementById("app-nav")!.replaceChildren(...items);
  markCurrent(current);
}

/** The entry with the longest path that the address begins with is the current one. */
export function markCurrent(path: string) {
  current = path;
  const pathname = path.replace(/[?#].*/, "");
  const anchors = [...document.querySelectorAll<HTMLAnchorElement>("#app-nav a, #app-link")];
  const fits = anchors
    .filter(({ dataset: { path: own = "" } }) => pathname === own || pathname.startsWith(`${own}/`))
    .sort((a, b) => b.dataset.path!.length - a.dataset.path!.length);
  for (const anchor of anchors) anchor.removeAttribute("aria-current");
  (fits[0] ?? document.getElementById("app-link")!).setAttribute("aria-current", "page");
}

function bind(anchor: HTMLAnchorElement, href: string, handle: string, tell: Tell) {
  anchor.href = `/store/${handle}/apps/backroom${href}`;
  anchor.dataset.path = href.replace(/[?#].*/, "");
  anchor.onclick = (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    closeMenu();
    if (mayLeave()) tell({ kind: "navigate", href });
  };
}
