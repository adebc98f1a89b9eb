import type { ShopifyLocation, ShopifyProduct, ShopifyVariant } from "../shopify-data";
import { legacyId } from "../shopify-data";
import { connection, type PageArgs } from "./connection";
import type { QueryContext } from "./context";

export function productView(product: ShopifyProduct, context: QueryContext): object {
  const total = sum(product.variants.map(availableOf));
  const prices = product.variants
    .map((variant) => variant.price)
    .sort((a, b) => Number(a.amount) - Number(b.amount));
  return {
    __typename: "Product",
    ...product,
    legacyResourceId: legacyId(product.id),
    description: "",
    descriptionHtml: "",
    isGiftCard: false,
    hasOnlyDefaultVariant: product.variants.length === 1,
    hasOutOfStockVariants: product.variants.some((variant) => availableOf(variant) <= 0),
    totalInventory: total,
    tracksInventory: true,
    featuredImage: null,
    featuredMedia: null,
    onlineStoreUrl:
      product.status === "ACTIVE"
        ? `https://${context.data.shop.myshopifyDomain}/products/${product.handle}`
        : null,
    publishedAt: product.status === "ACTIVE" ? product.createdAt : null,
    priceRangeV2: { minVariantPrice: prices[0], maxVariantPrice: prices.at(-1) },
    variantsCount: { count: product.variants.length, precision: "EXACT" },
    mediaCount: { count: 0, precision: "EXACT" },
    variants: (args: PageArgs) =>
      connection(
        {
          items: product.variants,
          sortBy: (_, index) => index,
          idOf: (variant) => variant.id,
          view: (variant) => variantView(variant, product, context),
        },
        args,
        context,
      ),
  };
}

export function variantView(variant: ShopifyVariant, product: ShopifyProduct, context: QueryContext): object {
  return {
    __typename: "ProductVariant",
    id: variant.id,
    legacyResourceId: legacyId(variant.id),
    sku: variant.sku,
    title: variant.title,
    displayName: `${product.title} - ${variant.title}`,
    price: variant.price.amount,
    compareAtPrice: null,
    barcode: null,
    position: product.variants.indexOf(variant) + 1,
    availableForSale: product.status === "ACTIVE" && availableOf(variant) > 0,
    inventoryPolicy: "DENY",
    inventoryQuantity: availableOf(variant),
    sellableOnlineQuantity: Math.max(0, availableOf(variant)),
    taxable: true,
    selectedOptions: [{ name: "Title", value: variant.title }],
    createdAt: product.createdAt,
    updatedAt: product.updatedAt,
    product: () => productView(product, context),
    inventoryItem: () => inventoryItemView(variant, product, context),
  };
}

export function inventoryItemView(
  variant: ShopifyVariant,
  product: ShopifyProduct,
  context: QueryContext,
): object {
  const { id, unitCost, levels } = variant.inventoryItem;
  const level = (locationId: string) => levels.find((candidate) => candidate.locationId === locationId);
  return {
    __typename: "InventoryItem",
    id,
    legacyResourceId: legacyId(id),
    sku: variant.sku,
    tracked: true,
    requiresShipping: true,
    unitCost,
    duplicateSkuCount: 0,
    createdAt: product.createdAt,
    updatedAt: product.updatedAt,
    locationsCount: { count: levels.length, precision: "EXACT" },
    variant: () => variantView(variant, product, context),
    inventoryLevel: ({ locationId }: { locationId: string }) =>
      level(locationId) ? inventoryLevelView(variant, product, locationId, context) : null,
    inventoryLevels: (args: PageArgs) =>
      connection(
        {
          items: levels,
          sortBy: (_, index) => index,
          idOf: ({ locationId }) => locationId,
          view: ({ locationId }) => inventoryLevelView(variant, product, locationId, context),
        },
        args,
        context,
      ),
  };
}

/** Shopify's level ids name the location's number and carry the item's. */
export function inventoryLevelId(inventoryItemId: string, locationId: string): string {
  return `gid://shopify/InventoryLevel/${legacyId(locationId)}?inventory_item_id=${legacyId(inventoryItemId)}`;
}

function inventoryLevelView(
  variant: ShopifyVariant,
  product: ShopifyProduct,
  locationId: string,
  context: QueryContext,
) {
  const level = variant.inventoryItem.levels.find((candidate) => candidate.locationId === locationId);
  const quantities: Record<string, number> = {
    available: level?.available ?? 0,
    on_hand: level?.available ?? 0,
    incoming: level?.incoming ?? 0,
    committed: 0,
    reserved: 0,
    damaged: 0,
    safety_stock: 0,
    quality_control: 0,
  };
  const id = inventoryLevelId(variant.inventoryItem.id, locationId);
  return {
    __typename: "InventoryLevel",
    id,
    isActive: true,
    createdAt: product.createdAt,
    updatedAt: product.updatedAt,
    item: () => inventoryItemView(variant, product, context),
    location: () =>
      locationView(
        context.data.locations.find((location) => location.id === locationId)!,
        context,
      ),
    quantities: ({ names }: { names: string[] }) =>
      names.map((name) => ({
        id: `${id}&name=${name}`,
        name,
        quantity: quantities[name] ?? 0,
        updatedAt: product.updatedAt,
      })),
  };
}

export function locationView(location: ShopifyLocation, { data }: QueryContext): object {
  return {
    __typename: "Location",
    ...location,
    legacyResourceId: legacyId(location.id),
    isActive: true,
    isPrimary: data.locations[0] === location,
    isFulfillmentService: false,
    fulfillsOnlineOrders: true,
    shipsInventory: true,
    hasActiveInventory: true,
    address: { countryCode: data.shop.countryCode },
    createdAt: "2025-01-01T00:00:00Z",
    updatedAt: "2025-01-01T00:00:00Z",
  };
}

function availableOf(variant: ShopifyVariant): number {
  return sum(variant.inventoryItem.levels.map((level) => level.available));
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}
