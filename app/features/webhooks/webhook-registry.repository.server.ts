import type { Queryable } from "~/platform/db/client.server";

type Row = NonNullable<Awaited<ReturnType<Queryable["webhookRegistry"]["findFirst"]>>>;
export type RegistryEntry = Omit<Row, "storeId" | "shopDomain">;
export type Handshake = Pick<
  RegistryEntry,
  "topicKey" | "deliveryMethod" | "operation" | "callbackUrl" | "handshakeResult" | "handshakeDetail"
>;

/** Built for one shop, by its domain: Shopify's key, and known before the store's. */
export class WebhookRegistryRepository {
  constructor(
    private readonly db: Queryable,
    private readonly shopDomain: string,
    private readonly storeId: string | null,
  ) {}

  /** By topic. */
  async list(): Promise<RegistryEntry[]> {
    const rows = await this.db.webhookRegistry.findMany({
      where: { shopDomain: this.shopDomain },
      orderBy: { topicKey: "asc" },
    });
    return rows.map(({ storeId: _storeId, shopDomain: _shopDomain, ...entry }) => entry);
  }

  count(): Promise<number> {
    return this.db.webhookRegistry.count({ where: { shopDomain: this.shopDomain } });
  }

  /** Without a result nobody was asked, and the last handshake stays when it was. */
  async upsert(handshake: Handshake, now: Date): Promise<void> {
    const key = { shopDomain: this.shopDomain, topicKey: handshake.topicKey };
    const lastHandshakeAt = handshake.handshakeResult ? now : undefined;
    const data = { ...handshake, lastHandshakeAt, storeId: this.storeId };
    await this.db.webhookRegistry.upsert({
      where: { shopDomain_topicKey: key },
      create: { ...data, shopDomain: this.shopDomain, recordedAt: now },
      update: { ...data, recordedAt: now },
    });
  }

  async deleteRecordedBefore(instant: Date): Promise<number> {
    const { count } = await this.db.webhookRegistry.deleteMany({
      where: { shopDomain: this.shopDomain, recordedAt: { lt: instant } },
    });
    return count;
  }
}
