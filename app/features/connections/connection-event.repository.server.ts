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

  /** The id of an event that says that a test was begun; it is completed by `update`. */
  async insertBegun(provider: Provider, createdAt: Date): Promise<string> {
    const { id } = await this.db.connectionEvent.create({
      data: { ...BEGUN, provider, createdAt, storeId: this.storeId },
    });
    return id;
  }

  async update(id: string, event: NewConnectionEvent): Promise<number> {
    const { count } = await this.db.connectionEvent.updateMany({
      where: { id, storeId: this.storeId },
      data: event,
    });
    return count;
  }

  async delete(id: string): Promise<void> {
    await this.db.connectionEvent.deleteMany({ where: { id, storeId: this.storeId } });
  }

  /** Tests that a person asked for since then, those that have not ended included. */
  countAsked(provider: Provider, since: Date): Promise<number> {
    return this.db.connectionEvent.count({
      where: { storeId: this.storeId, provider, createdAt: { gt: since }, trigger: { not: "SCHEDULED" } },
    });
  }

  /** Tests since then that were begun and have not ended. */
  countBegun(provider: Provider, since: Date): Promise<number> {
    const { providerCode } = BEGUN;
    return this.db.connectionEvent.count({
      where: { storeId: this.storeId, provider, providerCode, createdAt: { gt: since } },
    });
  }

  /** Newest first; `inUse` leaves out failed tests of credentials that were only offered. */
  async list(
    provider: Provider,
    { since, limit = 50, inUse = false }: { since?: Date; limit?: number; inUse?: boolean } = {},
  ): Promise<ConnectionEvent[]> {
    const rows = await this.db.connectionEvent.findMany({
      where: {
        ...{ storeId: this.storeId, provider, createdAt: { gte: since } },
        ...(inUse && OF_THE_ONE_IN_USE),
      },
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
      take: limit,
    });
    return rows.map(toConnectionEvent);
  }

  /** The last test of each provider that was ever tested with the credential in use. */
  async listLatest(): Promise<ConnectionEvent[]> {
    const latest = await Promise.all(
      PROVIDERS.map((provider) => this.list(provider, { limit: 1, inUse: true })),
    );
    return latest.flat();
  }
}

export const TEST_NOT_ENDED = "TEST_NOT_ENDED";

/** Until its test has ended, it says nothing about the connection in use (trigger CONNECT). */
const BEGUN = {
  trigger: "CONNECT",
  outcome: "FAILURE",
  errorClass: "TIMEOUT",
  retryable: true,
  latencyMs: 0,
  providerCode: TEST_NOT_ENDED,
  message: "The test was begun and has not ended.",
} as const;

/** An offered credential that failed was not stored; one that passed was, and its test is the first of the one in use. */
const OF_THE_ONE_IN_USE = { NOT: { trigger: "CONNECT" as const, outcome: "FAILURE" as const } };

function toConnectionEvent(row: Row): ConnectionEvent {
  const { updatedAt: _updatedAt, ...event } = withoutStore(row);
  return event;
}
