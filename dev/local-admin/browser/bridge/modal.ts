/** `<ui-modal>`: its children stay where the app's framework put them and are shown in a dialog of the frame. */
class UiModal extends HTMLElement {
  #dialog: HTMLDialogElement | undefined;

  connectedCallback() {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: "open" });
    root.innerHTML = `<style>
      dialog { border: 0; border-radius: 12px; padding: 0; width: min(620px, calc(100vw - 32px)); box-shadow: 0 8px 40px #0005; font: inherit; color: #303030; }
      dialog::backdrop { background: #0008; }
      header { display: flex; justify-content: space-between; align-items: center; padding: 12px 16px; background: #f3f3f3; font-weight: 650; }
      header button { border: 0; background: none; font-size: 20px; line-height: 1; padding: 4px 8px; cursor: pointer; color: inherit; }
      section { padding: 16px; }
      footer { display: flex; justify-content: flex-end; gap: 8px; padding: 12px 16px; border-top: 1px solid #e3e3e3; }
      footer button { font: inherit; border-radius: 8px; border: 1px solid #8a8a8a; background: #fff; padding: 6px 12px; cursor: pointer; }
      footer button.primary { background: #303030; border-color: #303030; color: #fff; }
    </style>
    <dialog aria-labelledby="title"><header><span id="title"></span><button aria-label="Close">×</button></header>
    <section><slot></slot></section><footer></footer></dialog>`;
    this.#dialog = root.querySelector("dialog")!;
    root.querySelector("header button")!.addEventListener("click", () => this.hide());
    this.#dialog.addEventListener("close", () => this.dispatchEvent(new Event("hide")));
  }

  show() {
    const bar = this.querySelector("ui-title-bar");
    this.shadowRoot!.getElementById("title")!.textContent = bar?.getAttribute("title") ?? "";
    const buttons = [...(bar?.querySelectorAll("button") ?? [])].map((button) => {
      const copy = document.createElement("button");
      copy.textContent = button.textContent;
      copy.className = button.getAttribute("variant") === "primary" ? "primary" : "";
      copy.addEventListener("click", () => button.click());
      return copy;
    });
    this.shadowRoot!.querySelector("footer")!.replaceChildren(...buttons);
    this.#dialog?.showModal();
    this.dispatchEvent(new Event("show"));
  }

  hide() {
    this.#dialog?.close();
  }

  get isOpen(): boolean {
    return this.#dialog?.open ?? false;
  }
}

export function defineModal() {
  if (!customElements.get("ui-modal")) customElements.define("ui-modal", UiModal);
}

const find = (id: string) => {
  const element = document.getElementById(id);
  if (!(element instanceof UiModal)) throw new Error(`There is no <ui-modal id="${id}">.`);
  return element;
};

export const modal = {
  show: async (id: string) => find(id).show(),
  hide: async (id: string) => find(id).hide(),
  toggle: async (id: string) => (find(id).isOpen ? find(id).hide() : find(id).show()),
};
