import type { ShopifyData } from "./shopify-data";

/** A shop as on its first day: Backroom is installed when it is opened, and there is nothing to show yet. */
export function emptyShop(scopes: string[]): ShopifyData {
  return {
    shop: {
      id: "gid://shopify/Shop/68214899999",
      myshopifyDomain: "backroom-empty.myshopify.com",
      name: "Empty Store",
      email: "owner@empty-store.example.com",
      currencyCode: "USD",
      ianaTimezone: "America/New_York",
      countryCode: "US",
    },
    installed: true,
    accessScopes: [...scopes],
    locations: [{ id: "gid://shopify/Location/74309999999", name: "Main location" }],
    products: [],
    customers: [],
    orders: [],
  };
}
