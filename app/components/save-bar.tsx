import { useBlocker } from "@remix-run/react";
import { useEffect } from "react";

type Props = {
  id: string;
  /** Something on the page differs from what is saved */
  open: boolean;
  saving: boolean;
  onSave: () => void;
  onDiscard: () => void;
};

/**
 * App Bridge's contextual save bar: the admin draws it, and presses there arrive at these buttons. While it is open the
 * admin's own menu holds the merchant back; links inside the page are held back here.
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

/** A link waits for App Bridge, which asks the merchant; it resolves once the page may be left. */
function useHeldBack(unsaved: boolean) {
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => unsaved && currentLocation.pathname !== nextLocation.pathname,
  );
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
