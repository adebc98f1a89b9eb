import { json, type LinksFunction, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import { Links, Meta, Outlet, Scripts, ScrollRestoration, useRouteLoaderData } from "@remix-run/react";
import { useEffect, type ReactNode } from "react";
import { PageError } from "~/components/page-error";
import { PolarisProvider } from "~/components/polaris-provider";
import { environment } from "~/platform/env.server";
import interFont from "~/fonts/inter-latin.woff2";
import backroomStyles from "~/styles/backroom.css";

export const links: LinksFunction = () => [
  { rel: "preload", href: interFont, as: "font", type: "font/woff2", crossOrigin: "anonymous" },
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
  // Styles that never come must not leave the page empty.
  useEffect(() => document.body.removeAttribute("hidden"), []);
  return (
    <html lang="en">
      <head>
        {/* First in the head, as Shopify requires of embedded apps. */}
        {apiKey && <script src={APP_BRIDGE} data-api-key={apiKey} />}
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <Meta />
        <Links />
      </head>
      {/* Until the styles are there (backroom.css): a frame whose first script has ended is laid out without them otherwise. */}
      <body hidden>
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
