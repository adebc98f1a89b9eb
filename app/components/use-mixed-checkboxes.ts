import { useEffect, type RefObject } from "react";

/**
 * Polaris says "partly selected" in ARIA alone; the browser's own state has to agree with it (ARIA in HTML,
 * https://www.w3.org/TR/html-aria/#case-checkbox-mixed).
 */
export function useMixedCheckboxes(container: RefObject<HTMLElement | null>) {
  useEffect(() => {
    for (const box of container.current?.querySelectorAll<HTMLInputElement>("input[type=checkbox]") ?? [])
      box.indeterminate = box.getAttribute("aria-checked") === "mixed";
  });
}
