/**
 * The app's entries in the admin's navigation. The first link is the app's home: App Bridge puts it behind the app's
 * name and shows the others below.
 */
export function AppNavigation() {
  return (
    <ui-nav-menu>
      <a href="/app" rel="home">
        Overview
      </a>
      {SECTIONS.map(({ href, label }) => (
        <a key={href} href={href}>
          {label}
        </a>
      ))}
    </ui-nav-menu>
  );
}

const SECTIONS = [
  { href: "/app/orders", label: "Orders" },
  { href: "/app/inbox", label: "Inbox" },
  { href: "/app/inventory", label: "Inventory" },
  { href: "/app/seo", label: "SEO" },
  { href: "/app/settings", label: "Settings" },
  { href: "/app/settings/connections", label: "Connections" },
  { href: "/app/webhooks", label: "Webhooks" },
];
