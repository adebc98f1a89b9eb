import { AppProvider } from "@shopify/shopify-app-remix/react";
import type { ReactNode } from "react";

/** Polaris with links that Remix follows. App Bridge is in the document's head already, hence "not embedded" here. */
export function PolarisProvider({ children }: { children: ReactNode }) {
  return (
    <AppProvider isEmbeddedApp={false} apiKey="">
      {children}
    </AppProvider>
  );
}
