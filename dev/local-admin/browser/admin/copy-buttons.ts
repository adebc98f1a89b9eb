const SAID_FOR_MS = 2_000;

/** A button with data-copies="id" puts that element's text into the clipboard, and says so. */
export function watchCopyButtons() {
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-copies]"))
    button.addEventListener("click", () => void copy(button));
}

async function copy(button: HTMLButtonElement) {
  const text = document.getElementById(button.dataset.copies!)!.textContent ?? "";
  await navigator.clipboard.writeText(text);
  const said = document.createElement("div");
  said.className = "toast";
  said.textContent = `${button.getAttribute("aria-label")!.replace("Copy ", "")} copied`;
  document.getElementById("toasts")!.replaceChildren(said);
  setTimeout(() => said.remove(), SAID_FOR_MS);
}
