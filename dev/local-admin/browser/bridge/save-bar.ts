/**
 * The contextual save bar, in App Bridge's three forms: `<ui-save-bar>` shown by its id, a form with `data-save-bar` that
 * shows it when it is changed, and `<ui-save-bar open>`.
 */
import { ask, tell } from "./channel";
import { mirrored } from "./title-bar";

const visible = new Set<string>();
const FORM = "form[data-save-bar]";

export const saveBar = {
  show: async (id: string) => set(id, true),
  hide: async (id: string) => set(id, false),
  toggle: async (id: string) => set(id, !visible.has(id)),
  /** Resolves when the page may be left: nothing is unsaved, or the merchant agreed. Never resolves otherwise. */
  async leaveConfirmation(): Promise<void> {
    if (!visible.size) return;
    const { leave } = await ask("leave");
    if (!leave) return new Promise(() => undefined);
    discardAll();
  },
};

export function watchForms() {
  for (const type of ["input", "change"])
    document.addEventListener(type, (event) => {
      const form = (event.target as HTMLElement).closest<HTMLFormElement>(FORM);
      if (form) setForm(form, true);
    });
  for (const type of ["reset", "submit"])
    document.addEventListener(type, (event) => {
      const form = event.target as HTMLFormElement;
      if (form.matches?.(FORM)) setForm(form, false);
    });
}

/** Called whenever the document changed: a bar or a form that is gone takes its save bar with it. */
export function reportSaveBars() {
  for (const id of [...visible]) if (!document.getElementById(id)) set(id, false);
  for (const bar of document.querySelectorAll<HTMLElement>("ui-save-bar")) {
    const id = (bar.id ||= "save-bar");
    if (bar.hasAttribute("open") && !visible.has(id)) set(id, true);
    else if (visible.has(id)) set(id, true);
  }
}

const reported = new Map<string, string>();

function set(id: string, on: boolean) {
  if (on) visible.add(id);
  else visible.delete(id);
  const bar = document.getElementById(id);
  const [primary, secondary] = bar?.localName === "ui-save-bar" ? buttonsOf(bar) : formButtons(bar);
  const save = primary ? mirrored(primary, primary.textContent?.trim() || "Save") : null;
  const discard = secondary ? mirrored(secondary, secondary.textContent?.trim() || "Discard") : null;
  const message = { kind: "save-bar", id, visible: on, save, discard } as const;
  const state = JSON.stringify(message);
  if (reported.get(id) === state) return;
  reported.set(id, state);
  tell(message);
}

function buttonsOf(bar: Element): (HTMLElement | undefined)[] {
  const buttons = [...bar.querySelectorAll<HTMLElement>("button")];
  const primary = buttons.find((button) => button.getAttribute("variant") === "primary");
  return [primary, buttons.find((button) => button !== primary)];
}

let forms = 0;
const ofForm = new WeakMap<Element, HTMLElement[]>();

/** A form's bar has no markup of its own: two buttons outside the document stand for saving and resetting it. */
function formButtons(form: Element | null): (HTMLElement | undefined)[] {
  if (!(form instanceof HTMLFormElement)) return [];
  const known = ofForm.get(form);
  if (known) return known;
  const button = (label: string, press: () => void) => {
    const element = document.createElement("button");
    element.textContent = label;
    if (label === "Save") element.setAttribute("variant", "primary");
    element.addEventListener("click", press);
    return element;
  };
  const pair = [button("Save", () => form.requestSubmit()), button("Discard", () => form.reset())];
  ofForm.set(form, pair);
  return pair;
}

function setForm(form: HTMLFormElement, on: boolean) {
  set((form.id ||= `save-bar-form-${++forms}`), on);
}

function discardAll() {
  for (const id of [...visible]) {
    const bar = document.getElementById(id);
    const [, discard] = bar?.localName === "ui-save-bar" ? buttonsOf(bar) : formButtons(bar);
    discard?.click();
    set(id, false);
  }
}
