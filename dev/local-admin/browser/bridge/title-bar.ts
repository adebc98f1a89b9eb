import { hear, tell } from "./channel";
import type { Button } from "../protocol";

const pressable = new Map<string, HTMLElement>();
const idOf = new WeakMap<HTMLElement, string>();
let lastTitle = "";
let ids = 0;

/** A button of the app as the admin shows it; pressing it there presses it here. */
export function mirrored(button: HTMLElement, label = button.textContent?.trim() ?? ""): Button {
  const id = idOf.get(button) ?? `button-${++ids}`;
  idOf.set(button, id);
  pressable.set(id, button);
  const primary = button.getAttribute("variant") === "primary";
  return { id, label, primary, disabled: button.hasAttribute("disabled") };
}

export function watchPresses() {
  hear((message) => message.kind === "press" && pressable.get(message.button)?.click());
}

/** Called whenever the document changed. */
export function reportTitle() {
  const bar = [...document.querySelectorAll("ui-title-bar")].find(
    (candidate) => !candidate.closest("ui-modal"),
  );
  const buttons = bar
    ? [...bar.querySelectorAll<HTMLElement>("button, a")].map((button) => mirrored(button))
    : [];
  const title = bar?.getAttribute("title") ?? null;
  const state = JSON.stringify([title, buttons]);
  if (state === lastTitle) return;
  lastTitle = state;
  tell({ kind: "title", title, buttons });
}
