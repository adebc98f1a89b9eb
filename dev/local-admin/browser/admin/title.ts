import type { Button } from "../protocol";
import type { Tell } from "./frame";

/** The bar above the frame: the app's title and the buttons of its `<ui-title-bar>`. */
export function renderTitle(title: string | null, buttons: Button[], tell: Tell) {
  document.getElementById("app-title")!.textContent = title ?? "Backroom";
  const place = document.getElementById("title-buttons")!;
  place.replaceChildren(...buttons.map((button) => pressButton(button, tell)));
}

/** A button of the app, shown here. */
export function pressButton(button: Button, tell: Tell): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = button.label;
  element.disabled = button.disabled;
  element.className = button.primary ? "primary" : "";
  element.addEventListener("click", () => tell({ kind: "press", button: button.id }));
  return element;
}
