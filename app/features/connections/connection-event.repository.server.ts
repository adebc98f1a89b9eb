import type { Queryable } from "~/platform/db/client.server";
import { withoutStore } from "~/platform/db/row";
import { PROVIDERS, type Provider } from "./provider";

type Row = NonNullable<Awaited<ReturnType<Queryable["connectionEvent"]["findFirst"]>>>;
export type ConnectionEvent = Omit<Row, "storeId" | "updatedAt">;
export type NewConnectionEvent = Omit<ConnectionEvent, "id">;

export class ConnectionEventRepository {
  constructor(
    private readonly db: Queryable,
    private readonly storeId: string,
  ) {}

  async insert(event: NewConnectionEvent): Promise<void> {
    await this.db.connectionEvent.create({ data: { ...event, storeId: this.storeId } });
  }

  /** Newest first. */
  async list(provider: Provider, limit = 50): Promise<ConnectionEvent[]> {
    const rows = await this.db.connectionEvent.findMany({
      where: { storeId: this.storeId, provider },
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
      take: limit,
    });
    return rows.map(toConnectionEvent);
  }

  /** The last test of each provider that was ever tested. */
  async listLatest(): Promise<ConnectionEvent[]> {
    const latest = await Promise.all(PROVIDERS.map((provider) => this.list(provider, 1)));
    return latest.flat();
  }
}

function toConnectionEvent(row: Row): ConnectionEvent {
  const { updatedAt: _updatedAt, ...event } = withoutStore(row);
  return event;
}
