import { API_VERSION } from "./admin-schema";
import type { QueryContext } from "./context";

export function shopView({ data }: QueryContext) {
  const { shop } = data;
  return {
    __typename: "Shop",
    ...shop,
    contactEmail: shop.email,
    shopOwnerName: `Owner of ${shop.name}`,
    url: `https://${shop.myshopifyDomain}`,
    primaryDomain: {
      id: "gid://shopify/Domain/1",
      host: shop.myshopifyDomain,
      url: `https://${shop.myshopifyDomain}`,
    },
    plan: { displayName: "Basic", publicDisplayName: "Basic", partnerDevelopment: true, shopifyPlus: false },
    currencyFormats: {
      moneyFormat: "{{amount}}",
      moneyWithCurrencyFormat: `{{amount}} ${shop.currencyCode}`,
    },
    billingAddress: { countryCodeV2: shop.countryCode },
    shopAddress: { countryCodeV2: shop.countryCode },
    timezoneOffsetMinutes: () => offsetMinutes(shop.ianaTimezone),
    taxesIncluded: false,
    weightUnit: "KILOGRAMS",
    unitSystem: "METRIC_SYSTEM",
    createdAt: "2025-01-01T00:00:00Z",
    updatedAt: "2025-01-01T00:00:00Z",
  };
}

export function installationView({ scopes, data }: QueryContext) {
  return {
    __typename: "AppInstallation",
    id: "gid://shopify/AppInstallation/1",
    accessScopes: scopes.map((handle) => ({ handle, description: handle.replaceAll("_", " ") })),
    activeSubscriptions: [],
    launchUrl: `https://admin.shopify.com/store/${data.shop.myshopifyDomain}/apps/backroom`,
    app: appView(),
  };
}

export function appView() {
  return {
    __typename: "App",
    id: "gid://shopify/App/1",
    title: "Backroom",
    handle: "backroom",
    embedded: true,
  };
}

export const apiVersionView = { handle: API_VERSION, displayName: API_VERSION, supported: true };

function offsetMinutes(timeZone: string): number {
  const name = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" })
    .formatToParts()
    .find((part) => part.type === "timeZoneName")?.value;
  const [, sign, hours = "0", minutes = "0"] = /GMT([+-])(\d+):(\d+)/.exec(name ?? "") ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
