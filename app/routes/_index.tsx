import { redirect, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";

export const meta: MetaFunction = () => [
  { title: "Backroom · the operations desk of a Shopify store" },
  {
    name: "description",
    content: "Orders that need a hand, customers who wait, and stock that runs out, in one place.",
  },
];

// 200 what Backroom is · 302 to the app when Shopify opens it. No form asks for a shop's domain: Shopify installs apps.
export function loader({ request }: LoaderFunctionArgs) {
  const { searchParams, search } = new URL(request.url);
  if (searchParams.has("shop") && searchParams.has("host")) throw redirect(`/app${search}`);
  return null;
}

export default function Landing() {
  return (
    <main className="landing">
      <h1>Backroom</h1>
      <p>
        The operations desk of a Shopify store: how the day is going, which orders need a hand, which
        customers wait for an answer, and what to reorder.
      </p>
      <h2>How to open it</h2>
      <p>
        Backroom lives inside the Shopify admin. Install it from the Shopify App Store, then open it from{" "}
        <strong>Apps</strong> in your admin.
      </p>
    </main>
  );
}
