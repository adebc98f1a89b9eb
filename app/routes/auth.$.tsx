import { redirect, type LoaderFunctionArgs } from "@remix-run/node";
import { shopify } from "~/features/stores/require-store.server";
import { environment } from "~/platform/env.server";
import { setPageHeaders } from "~/platform/http/page-headers.server";
import { withOwnTarget } from "~/platform/shopify/leaving-the-iframe.server";

// 200 Shopify's page that fetches a session token or leaves the iframe · 302 to the landing page when no shop is named ·
// 404 any other page, and one that would lead elsewhere than to the app or to Shopify
export async function loader({ request }: LoaderFunctionArgs) {
  const { pathname } = new URL(request.url);
  if (pathname === "/auth/login") throw redirect("/");
  const own = withOwnTarget(request, environment().env.appUrl);
  if (!own) throw new Response(null, { status: 404, statusText: "Not Found" });
  try {
    await shopify().authenticate.admin(own);
  } catch (answer) {
    // The library writes ?shop= into frame-ancestors as it came.
    if (answer instanceof Response) setPageHeaders(request, answer.headers);
    throw answer;
  }
  throw redirect("/");
}
