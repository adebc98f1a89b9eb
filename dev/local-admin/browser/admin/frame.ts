import { envelope, isEnvelope, type FromAdmin, type FromApp } from "../protocol";
import { renderNavigation, markCurrent } from "./navigation";
import { hasUnsavedChanges, renderSaveBar } from "./save-bar";
import { renderTitle } from "./title";
import { hideToast, showToast } from "./toasts";

export type Tell = (message: FromAdmin) => void;

/**
 * Answers the app in the frame, and nobody else: its window and its origin are both checked. It listens from before the
 * frame is there.
 */
export function connectFrame(frameOrigin: string, handle: string) {
  const frame = () => (document.getElementById("app-frame") as HTMLIFrameElement | null)?.contentWindow;
  const tell: Tell = (message) => frame()?.postMessage(envelope(message), frameOrigin);
  addEventListener("message", (event) => {
    if (event.origin !== frameOrigin || event.source !== frame() || !isEnvelope(event.data)) return;
    void answer(event.data.message, handle, tell);
  });
  addEventListener("beforeunload", (event) => hasUnsavedChanges() && event.preventDefault());
}

async function answer(message: FromApp, handle: string, tell: Tell) {
  switch (message.kind) {
    case "ready":
      renderSaveBar(null, tell);
      return setLoading(false);
    case "id-token":
      return tell({ kind: "id-token", request: message.request, token: await sessionToken(handle) });
    case "path":
      history.replaceState(null, "", `/store/${handle}/apps/backroom${message.path}`);
      return markCurrent(message.path);
    case "nav":
      return renderNavigation(message.links, handle, tell);
    case "title":
      return renderTitle(message.title, message.buttons, tell);
    case "toast":
      return showToast(message, tell);
    case "toast-hide":
      return hideToast(message.id);
    case "loading":
      return setLoading(message.on);
    case "save-bar":
      return renderSaveBar(message, tell);
    case "leave":
      return tell({
        kind: "leave",
        request: message.request,
        leave: confirm("Leave page with unsaved changes?"),
      });
    case "open":
      return location.assign(placeOf(message.url, handle));
  }
}

async function sessionToken(handle: string): Promise<string | null> {
  const response = await fetch(`/store/${handle}/session-token`, { method: "POST" });
  return response.ok ? ((await response.json()) as { token: string }).token : null;
}

/** The page here for an address of Shopify's admin, in any of the ways it is written. */
function placeOf(url: string, handle: string): string {
  const path = url
    .replace(/^shopify:\/*admin\//i, "")
    .replace(/^https:\/\/admin\.shopify\.com\/(store\/[^/]+\/?)?/, "")
    .replace(/^https:\/\/[^/]+\/admin\/?/, "");
  return `/store/${handle}/${path || "home"}`;
}

function setLoading(on: boolean) {
  document.getElementById("loading")!.hidden = !on;
}
