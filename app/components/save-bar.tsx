import { useBeforeUnload, useBlocker } from "@remix-run/react";
import { useCallback, useEffect } from "react";

type Props = {
  id: string;
  /** Something on the page differs from what is saved */
  open: boolean;
  saving: boolean;
  onSave: () => void;
  onDiscard: () => void;
};

/**
 * App Bridge's contextual save bar, for every form in which something can be typed: the admin draws it, and presses there
 * arrive at these buttons. While it is open the admin's own menu asks before it leaves. Links, the browser's back button
 * and closing the tab are held back here.
 * https://shopify.dev/docs/api/app-home/apis/user-interface-and-interactions/save-bar-api
 */
export function SaveBar({ id, open, saving, onSave, onDiscard }: Props) {
  useEffect(() => {
    const saveBar = window.shopify?.saveBar;
    // A bar whose page is gone already cannot be hidden, and need not be.
    void (open ? saveBar?.show(id) : saveBar?.hide(id))?.catch(() => undefined);
  }, [id, open]);
  useEffect(() => () => void window.shopify?.saveBar.hide(id).catch(() => undefined), [id]);
  useHeldBack(open);
  const busy = saving ? { loading: "" as const, disabled: true } : {};
  return (
    <ui-save-bar id={id}>
      <button type="button" variant="primary" onClick={onSave} {...busy}>
        Save
      </button>
      <button type="button" onClick={onDiscard} disabled={saving}>
        Discard
      </button>
    </ui-save-bar>
  );
}

/** A navigation waits for App Bridge, which asks the merchant; it resolves once the page may be left. */
function useHeldBack(unsaved: boolean) {
  // Some forms are a page's state: `?form=replace`.
  const blocker = useBlocker(
    ({ currentLocation: from, nextLocation: to }) =>
      unsaved && (from.pathname !== to.pathname || from.search !== to.search),
  );
  const ask = useCallback(
    (event: BeforeUnloadEvent) => {
      if (unsaved) event.preventDefault();
    },
    [unsaved],
  );
  useBeforeUnload(ask);
  useEffect(() => {
    if (blocker.state !== "blocked") return;
    let current = true;
    const asked = window.shopify?.saveBar.leaveConfirmation() ?? Promise.resolve();
    void asked.then(() => current && blocker.proceed());
    return () => {
      current = false;
    };
  }, [blocker]);
}
