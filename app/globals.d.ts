/** What the browser and the compiler give us beyond their own types. */

declare module "*.woff2" {
  const href: string;
  export default href;
}

declare module "*.css" {
  const url: string;
  export default url;
}

/** The parts of App Bridge that pages use; its script sets it, so a page rendered elsewhere has none. */
interface Window {
  shopify?: {
    toast: { show(message: string, options?: { isError?: boolean; duration?: number }): void };
    saveBar: {
      show(id: string): Promise<void>;
      hide(id: string): Promise<void>;
      /** Resolves when nothing is unsaved any more, or the merchant gives it up */
      leaveConfirmation(): Promise<void>;
    };
  };
}

declare namespace React.JSX {
  interface IntrinsicElements {
    /** The app's entries in the admin's own navigation: https://shopify.dev/docs/api/app-bridge-library/web-components/ui-nav-menu */
    "ui-nav-menu": { children: React.ReactNode };
    /** https://shopify.dev/docs/api/app-home/app-bridge-web-components/ui-save-bar */
    "ui-save-bar": { id: string; children: React.ReactNode };
  }
}

declare namespace React {
  /** What App Bridge reads of the buttons that it mirrors; `loading` counts by being there. */
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- a merged declaration has the same parameters
  interface ButtonHTMLAttributes<T> {
    variant?: "primary";
    loading?: "";
  }
}
