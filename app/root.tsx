import { json, type LinksFunction, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import { Links, Meta, Outlet, Scripts, ScrollRestoration, useRouteLoaderData } from "@remix-run/react";
import polarisStyles from "@shopify/polaris/build/esm/styles.css";
import type { ReactNode } from "react";
import { PageError } from "~/components/page-error";
import { PolarisProvider } from "~/components/polaris-provider";
import { environment } from "~/platform/env.server";
import interFont from "~/fonts/inter-latin.woff2";
import backroomStyles from "~/styles/backroom.css";

export const links: LinksFunction = () => [
  { rel: "preload", href: interFont, as: "font", type: "font/woff2", crossOrigin: "anonymous" },
  { rel: "stylesheet", href: polarisStyles },
  { rel: "stylesheet", href: backroomStyles },
  { rel: "icon", href: "/favicon.svg", type: "image/svg+xml" },
];

export const meta: MetaFunction = () => [{ title: "Backroom" }];

// 200 the API key, which is public, for pages inside the admin; elsewhere App Bridge would complain about its absence
export function loader({ request }: LoaderFunctionArgs) {
  const embedded = new URL(request.url).pathname.startsWith("/app");
  return json({ apiKey: embedded ? environment().env.shopifyApiKey : null });
}

export const shouldRevalidate = () => false;

export function Layout({ children }: { children: ReactNode }) {
  const apiKey = useRouteLoaderData<typeof loader>("root")?.apiKey;
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        {/* Before any script: a frame whose first script has ended may be laid out without the styles after it. */}
        <Links />
        {/* The first script of the page, as Shopify requires of embedded apps. */}
        {apiKey && <script src={APP_BRIDGE} data-api-key={apiKey} />}
        <Meta />
      </head>
      <body>
        {children}
        <ScrollRestoration />
        <Scripts />
      </body>
    </html>
  );
}

const APP_BRIDGE = "https://cdn.shopify.com/shopifycloud/app-bridge.js";

export default function Root() {
  return <Outlet />;
}

export function ErrorBoundary() {
  return (
    <PolarisProvider>
      <PageError />
    </PolarisProvider>
  );
}
