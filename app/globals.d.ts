/** What the browser and the compiler give us beyond their own types. */

declare module "*.css" {
  const url: string;
  export default url;
}

/** The parts of App Bridge that pages use; its script sets it, so a page rendered elsewhere has none. */
interface Window {
  shopify?: {
    toast: { show(message: string, options?: { isError?: boolean; duration?: number }): void };
  };
}

declare namespace React.JSX {
  interface IntrinsicElements {
    /** The app's entries in the admin's own navigation: https://shopify.dev/docs/api/app-bridge-library/web-components/ui-nav-menu */
    "ui-nav-menu": { children: React.ReactNode };
  }
}
