/** On a narrow screen the navigation is a drawer behind the menu button. */
export function watchMenu() {
  const button = document.getElementById("menu-button")!;
  const scrim = document.getElementById("scrim")!;
  button.addEventListener("click", () => set(button.getAttribute("aria-expanded") !== "true"));
  scrim.addEventListener("click", closeMenu);
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || button.getAttribute("aria-expanded") !== "true") return;
    closeMenu();
    button.focus();
  });
}

export function closeMenu() {
  set(false);
}

function set(open: boolean) {
  document.getElementById("menu-button")!.setAttribute("aria-expanded", String(open));
  document.body.classList.toggle("menu-open", open);
  document.getElementById("scrim")!.hidden = !open;
}
