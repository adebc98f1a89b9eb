import { BulkOperations, type BulkOperation } from "./graphql/bulk-operations";
import type { QueryContext } from "./graphql/context";
import { Throttle } from "./graphql/throttle";
import { WebhookSubscriptions } from "./graphql/webhook-subscriptions";
import type { ShopifyData } from "./shopify-data";

type ShopEvents = {
  origin: () => string;
  onBulkFinish: (shop: Shop, operation: BulkOperation) => void;
  onChange: (shop: Shop, topic: string, gid: string) => void;
  /** Every shop of this local Shopify */
  shops: () => Shop[];
};

/** One shop of the local Shopify: its data, and what the app did to it through the Admin API. */
export class Shop {
  readonly subscriptions = new WebhookSubscriptions();
  readonly bulkOperations: BulkOperations;
  throttle = new Throttle();

  constructor(
    readonly data: ShopifyData,
    private readonly events: ShopEvents,
  ) {
    this.bulkOperations = new BulkOperations(events.origin, (operation) =>
      events.onBulkFinish(this, operation),
    );
  }

  get domain(): string {
    return this.data.shop.myshopifyDomain;
  }

  /** What the admin offers to switch to, this one included */
  get stores(): { name: string; domain: string }[] {
    return this.events.shops().map(({ data, domain }) => ({ name: data.shop.name, domain }));
  }

  queryContext(scopes: readonly string[], now: () => Date): QueryContext {
    return {
      data: this.data,
      scopes,
      bulk: false,
      now,
      bulkOperations: this.bulkOperations,
      subscriptions: this.subscriptions,
      searchWarnings: [],
      changed: (topic, gid) => this.events.onChange(this, topic, gid),
    };
  }
}
