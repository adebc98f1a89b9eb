import type { FromApp } from "../protocol";
import type { Tell } from "./frame";

const shown = new Map<string, { element: HTMLElement; close: (action: boolean) => void }>();

export function showToast(toast: Extract<FromApp, { kind: "toast" }>, tell: Tell) {
  const element = document.createElement("div");
  element.className = toast.isError ? "toast error" : "toast";
  const text = document.createElement("span");
  text.textContent = toast.message;
  const close = (action: boolean) => {
    clearTimeout(timer);
    shown.delete(toast.id);
    element.remove();
    tell({ kind: "toast-closed", id: toast.id, action });
  };
  const action = toast.action ? [button(toast.action, toast.action, () => close(true))] : [];
  element.append(
    text,
    ...action,
    button("×", "Dismiss", () => close(false)),
  );
  document.getElementById("toasts")!.append(element);
  const timer = setTimeout(() => close(false), toast.duration);
  shown.set(toast.id, { element, close });
}

export function hideToast(id: string) {
  shown.get(id)?.close(false);
}

function button(label: string, name: string, press: () => void): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = label;
  element.setAttribute("aria-label", name);
  element.addEventListener("click", press);
  return element;
}
