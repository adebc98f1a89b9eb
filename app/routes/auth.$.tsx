import { redirect, type LoaderFunctionArgs } from "@remix-run/node";
import { shopify } from "~/features/stores/require-store.server";
import { setPageHeaders } from "~/platform/http/page-headers.server";

// 200 Shopify's page that fetches a session token or leaves the iframe · 302 to the landing page when no shop is named
export async function loader({ request }: LoaderFunctionArgs) {
  const { pathname } = new URL(request.url);
  if (pathname === "/auth/login") throw redirect("/");
  try {
    await shopify().authenticate.admin(request);
  } catch (answer) {
    // The library writes ?shop= into frame-ancestors as it came.
    if (answer instanceof Response) setPageHeaders(request, answer.headers);
    throw answer;
  }
  throw redirect("/");
}
