/**
 * The stand-in of Shopify's App Bridge: what the embedded app finds in `window.shopify` and around it. It must be the
 * first script of the page, as the real one, because it patches `fetch` before the app takes hold of it.
 */
import { apiKey, tell } from "./channel";
import { defineModal, modal } from "./modal";
import { openUrl, reportMenu, watchNavigation } from "./navigation";
import { reportSaveBars, saveBar, watchForms } from "./save-bar";
import { authorizeFetch, idToken, leaveBouncePage } from "./session-token";
import { reportTitle, watchPresses } from "./title-bar";
import { toast, watchToasts } from "./toast";

const parameters = new URLSearchParams(location.search);
const remembered = (name: string) => {
  const value = parameters.get(name) ?? sessionStorage.getItem(`local-admin-${name}`) ?? "";
  if (value) sessionStorage.setItem(`local-admin-${name}`, value);
  return value;
};

const shopify = {
  config: {
    apiKey,
    host: remembered("host"),
    shop: remembered("shop"),
    locale: remembered("locale") || "en",
  },
  environment: { embedded: window.parent !== window, mobile: false, pos: false },
  ready: Promise.resolve(),
  idToken,
  toast,
  saveBar,
  modal,
  loading: (on = true) => tell({ kind: "loading", on }),
};

if (!("shopify" in window)) start();

function start() {
  Object.assign(window, { shopify });
  if (window.parent === window) return;
  authorizeFetch((url) => openUrl(url) || location.assign(url));
  watchNavigation();
  watchPresses();
  watchToasts();
  watchForms();
  defineModal();
  hideMarkup();
  void leaveBouncePage();
  tell({ kind: "ready" });

  const report = () => {
    reportMenu();
    reportTitle();
    reportSaveBars();
  };
  const attributeFilter = ["title", "href", "variant", "disabled", "open", "id"];
  new MutationObserver(report).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter,
  });
  report();
}

/** App Bridge's elements are shown by the admin. A style sheet outside the document leaves React's markup alone. */
function hideMarkup() {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("ui-nav-menu, s-app-nav, ui-title-bar, ui-save-bar { display: none !important; }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
