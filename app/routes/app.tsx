import type { LoaderFunctionArgs } from "@remix-run/node";
import { Outlet } from "@remix-run/react";
import { AppFrame } from "~/components/app-frame";
import { PageError } from "~/components/page-error";
import { forStore } from "~/features/stores/for-store.server";

export { headers } from "~/platform/shopify/boundary.server";

// 200 · 302 or 401 no valid session token · 503 database away
export const loader = (args: LoaderFunctionArgs) =>
  forStore(args, async ({ store }) => ({ shop: store.shopDomain }));

/** The pages below ask for themselves; this one only guards the frame around them. */
export const shouldRevalidate = () => false;

export default function App() {
  return (
    <AppFrame>
      <Outlet />
    </AppFrame>
  );
}

export function ErrorBoundary() {
  return (
    <AppFrame>
      <PageError />
    </AppFrame>
  );
}
