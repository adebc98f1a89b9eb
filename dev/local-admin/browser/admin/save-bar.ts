import type { FromApp } from "../protocol";
import type { Tell } from "./frame";
import { pressButton } from "./title";

type SaveBar = Extract<FromApp, { kind: "save-bar" }>;

const open = new Map<string, SaveBar>();

/** Shows the newest unsaved form in the top bar; `null` forgets them all, because the app's page is a new one. */
export function renderSaveBar(bar: SaveBar | null, tell: Tell) {
  if (!bar) open.clear();
  else if (bar.visible) open.set(bar.id, bar);
  else open.delete(bar.id);
  const shown = [...open.values()].at(-1);
  const place = document.getElementById("save-bar")!;
  place.hidden = !shown;
  document.body.classList.toggle("unsaved", Boolean(shown));
  if (!shown) return place.replaceChildren();
  const label = document.createElement("span");
  label.textContent = "Unsaved changes";
  const buttons = [shown.discard, shown.save].flatMap((button) =>
    button ? [pressButton(button, tell)] : [],
  );
  place.replaceChildren(label, ...buttons);
}

export function hasUnsavedChanges(): boolean {
  return open.size > 0;
}

/** As in Shopify's admin: the bar draws attention to itself, and the merchant saves or discards first. */
export function mayLeave(): boolean {
  if (!open.size) return true;
  const place = document.getElementById("save-bar")!;
  place.classList.remove("shake");
  requestAnimationFrame(() => place.classList.add("shake"));
  return false;
}
