import { Link, useNavigate, type LinkProps } from "@remix-run/react";
import { AppProvider } from "@shopify/polaris";
import english from "@shopify/polaris/locales/en.json";
import { forwardRef, useEffect, type ComponentProps, type ReactNode } from "react";

/**
 * Polaris with links that Remix follows, and Remix following the admin's navigation. What the AppProvider of
 * shopify-app-remix does, except for App Bridge's script, which is in the document's head; that module has an import
 * attribute which the classic compiler cannot read.
 */
export function PolarisProvider({ children }: { children: ReactNode }) {
  const navigate = useNavigate();
  useEffect(() => {
    const follow = (event: Event) => {
      const href = event.target instanceof Element ? event.target.getAttribute("href") : null;
      if (href) navigate(href);
    };
    addEventListener("shopify:navigate", follow);
    return () => removeEventListener("shopify:navigate", follow);
  }, [navigate]);
  return (
    <AppProvider i18n={english} linkComponent={RemixLink}>
      {children}
    </AppProvider>
  );
}

type PolarisLink = NonNullable<ComponentProps<typeof AppProvider>["linkComponent"]>;

const RemixLink = forwardRef<HTMLAnchorElement, { url?: string } & Partial<LinkProps>>(function RemixLink(
  { url, to, external: _external, ...rest }: { url?: string; external?: boolean } & Partial<LinkProps>,
  ref,
) {
  return <Link {...rest} to={url ?? to ?? ""} ref={ref} />;
}) as PolarisLink;
