import { setTimeout as sleep } from "node:timers/promises";
import cuid from "@bugsnag/cuid";
import type { Queryable } from "~/platform/db/client.server";
import { jsonbArray } from "~/platform/db/binary-array.server";
import { isMalformedValue, mayWorkLater } from "~/platform/db/errors.server";
import { queryRows } from "~/platform/db/raw.server";
import { isJsonObject, PayloadRefusedError } from "./storable-json";
import { MOST_ATTEMPTS } from "./webhook-status";

type Row = NonNullable<Awaited<ReturnType<Queryable["webhookEvent"]["findFirst"]>>>;
export type WebhookEvent = Row;
export type WebhookEventStatus = Row["status"];

/** What the door writes. */
export type Delivery = Pick<
  Row,
  "webhookId" | "eventId" | "topic" | "shopDomain" | "apiVersion" | "triggeredAt" | "receivedAt"
> & {
  /** Its place in the queue, on the scale of turns.server.ts */
  turnAt: Date;
  /** JSON, as it came: Shopify's ids may have more digits than a JavaScript number */
  payload: string;
};

/** The right to work on an event: what is written without it is too late. */
export type Claim = { id: string; leaseToken: string };

export type Lease = {
  leaseToken: string;
  leaseMs: number;
  /** By the database's clock */
  now: Date;
};

export type ClaimedEvent = Claim &
  Pick<Row, "webhookId" | "topic" | "shopDomain" | "triggeredAt" | "receivedAt" | "attempts"> & {
    /** DEAD when the attempt before it was its last and did not come back */
    status: "PROCESSING" | "DEAD";
    /** When it arrived, or was last asked to run again */
    waitingSince: Date;
    /** By the database's clock */
    claimedAt: Date;
    /** JSON; null where the database cannot write it out */
    payload: string | null;
  };

/** Far longer than it takes; it is waited for only where a statement failed that never should. */
const ROLLBACK_MS = 200;

const OPEN_STATUSES = ["RECEIVED", "PROCESSING", "FAILED", "DEAD"] as const;
export type OpenStatus = (typeof OPEN_STATUSES)[number];

/** A sender waits five seconds in all; a statement that hangs gives its lane back before. */
const INSERT_MS = 2_500;

/** An event whose worker was lost this often is worked on alone. Once is what every deploy by SIGKILL does. */
const SUSPECT_ATTEMPTS = 2;

/**
 * The inbox of the whole installation: deliveries arrive before anybody knows which store they belong to. What a
 * merchant may see goes through `WebhookInboxOfShop`.
 */
export class WebhookInboxRepository {
  constructor(private readonly db: Queryable) {}

  /**
   * All in one statement, so in one commit. The unique webhook id is the dedupe: a redelivery finds its row there and
   * changes nothing. Returns the webhook ids that are new.
   * @throws {PayloadRefusedError} when a payload is not JSON; then nothing is stored
   */
  async insert(deliveries: Delivery[]): Promise<Set<string>> {
    // In one order everywhere, so that two groups with the same redeliveries do not wait for each other.
    const ordered = deliveries.toSorted((a, b) => (a.webhookId < b.webhookId ? -1 : 1));
    // SQLite would take what is almost JSON; Postgres says so itself.
    if (this.db.engine === "sqlite" && !deliveries.every(({ payload }) => isJsonObject(payload)))
      throw new PayloadRefusedError();
    const { from, values } = this.db.engine === "postgres" ? rowsOnPostgres(ordered) : rowsOnSqlite(ordered);
    const inserted = await queryRows<{ webhookId: string }>(
      this.db,
      `INSERT INTO "WebhookEvent" ("id", "createdAt", "updatedAt", "webhookId", "eventId", "topic", "shopDomain",
         "apiVersion", "payload", "nextAttemptAt", "triggeredAt", "receivedAt")
       SELECT "id", "receivedAt", "receivedAt", "webhookId", "eventId", "topic", "shopDomain",
         "apiVersion", "payload", "turnAt", "triggeredAt", "receivedAt" FROM ${from}
       ON CONFLICT ("webhookId") DO NOTHING RETURNING "webhookId"`,
      values,
      { timeoutMs: INSERT_MS },
    ).catch((error: unknown) => {
      throw isMalformedValue(error) ? new PayloadRefusedError({ cause: error }) : error;
    });
    return new Set(inserted.map(({ webhookId }) => webhookId));
  }

  /**
   * Takes up to `limit` events, counting the attempt. Half of them at most are second attempts (a lease that ran out, a
   * failure whose time has come), so that neither they nor what is new waits for the other. Many may claim at once: on
   * Postgres each skips what another is just taking.
   */
  claim(limit: number, lease: Lease): Promise<ClaimedEvent[]> {
    const half = Math.ceil(limit / 2);
    return this.#take(
      `"lapsed" AS (
         SELECT "id" FROM "WebhookEvent"
         WHERE "status" = 'PROCESSING' AND "nextAttemptAt" <= ? AND "attempts" < ${SUSPECT_ATTEMPTS}
         ORDER BY "nextAttemptAt" LIMIT ? ${this.#lock}
       ), "failed" AS (
         SELECT "id" FROM "WebhookEvent" WHERE "status" = 'FAILED' AND "nextAttemptAt" <= ?
         ORDER BY "nextAttemptAt" LIMIT ? ${this.#lock}
       ), "again" AS (
         SELECT "id" FROM (SELECT "id" FROM "lapsed" UNION ALL SELECT "id" FROM "failed") AS "both" LIMIT ?
       ), "fresh" AS (
         SELECT "id" FROM "WebhookEvent" WHERE "status" = 'RECEIVED'
         ORDER BY "nextAttemptAt" LIMIT (SELECT ? - count(*) FROM "again") ${this.#lock}
       ), "taken" AS (SELECT "id" FROM "again" UNION ALL SELECT "id" FROM "fresh")`,
      [lease.now, half, lease.now, half, half, limit],
      lease,
    );
  }

  /**
   * Takes one event that several workers did not come back from. Who claims it works on it alone: it may be what killed
   * them, and what else is under way then is counted an attempt that was none of its fault.
   */
  claimSuspect(lease: Lease): Promise<ClaimedEvent[]> {
    return this.#take(
      `"taken" AS (
         SELECT "id" FROM "WebhookEvent"
         WHERE "status" = 'PROCESSING' AND "nextAttemptAt" <= ? AND "attempts" >= ${SUSPECT_ATTEMPTS}
         ORDER BY "nextAttemptAt" LIMIT 1 ${this.#lock}
       )`,
      [lease.now],
      lease,
    );
  }

  /** Whether `claimSuspect` would find one. */
  async hasSuspect(now: Date): Promise<boolean> {
    const suspect = await this.db.webhookEvent.findFirst({
      where: { status: "PROCESSING", nextAttemptAt: { lte: now }, attempts: { gte: SUSPECT_ATTEMPTS } },
      select: { id: true },
    });
    return suspect !== null;
  }

  get #lock() {
    return this.db.engine === "postgres" ? "FOR UPDATE SKIP LOCKED" : "";
  }

  /** A payload that the database cannot write out stops the statement that reads it, and must stop no other event. */
  async #take(taken: string, values: (Date | number)[], lease: Lease): Promise<ClaimedEvent[]> {
    try {
      return await this.#takeWith(`CAST("payload" AS text)`, taken, values, lease);
    } catch (error) {
      if (mayWorkLater(error)) throw error;
      // Postgres tells of the error before it gives the rows back, and what another holds is skipped.
      await sleep(ROLLBACK_MS);
      const claimed = await this.#takeWith("NULL", taken, values, lease);
      for (const event of claimed) event.payload = await this.#payloadOf(event.id).catch(() => null);
      return claimed;
    }
  }

  async #payloadOf(id: string): Promise<string> {
    const rows = await queryRows<{ payload: string }>(
      this.db,
      `SELECT CAST("payload" AS text) AS "payload" FROM "WebhookEvent" WHERE "id" = ?`,
      [id],
    );
    return rows[0]!.payload;
  }

  async #takeWith(payload: string, taken: string, values: (Date | number)[], lease: Lease) {
    const { leaseToken, leaseMs, now } = lease;
    const dead = `"status" = 'PROCESSING' AND "attempts" >= ${MOST_ATTEMPTS}`;
    const cast = (value: string, type: string) =>
      this.db.engine === "postgres" ? `CAST(${value} AS ${type})` : value;
    const status = (name: WebhookEventStatus) => cast(`'${name}'`, `"WebhookEventStatus"`);
    const rows = await queryRows<ClaimedEvent & { replayedAt: Date | null }>(
      this.db,
      `WITH ${taken}
       UPDATE "WebhookEvent" SET
         "status" = CASE WHEN ${dead} THEN ${status("DEAD")} ELSE ${status("PROCESSING")} END,
         "attempts" = "attempts" + CASE WHEN ${dead} THEN 0 ELSE 1 END,
         "lastError" = CASE WHEN ${dead} THEN ${cast("?", "text")} ELSE "lastError" END,
         "leaseToken" = CASE WHEN ${dead} THEN NULL ELSE ${cast("?", "text")} END,
         "nextAttemptAt" = CASE WHEN ${dead} THEN NULL ELSE ${cast("?", "timestamp(3)")} END,
         "updatedAt" = ?
       WHERE "id" IN (SELECT "id" FROM "taken")
       RETURNING "id", "webhookId", "topic", "shopDomain", "triggeredAt", "receivedAt", "replayedAt", "attempts",
         CAST("status" AS text) AS "status", ${payload} AS "payload"`,
      [...values, LOST_WORKER, leaseToken, new Date(now.getTime() + leaseMs), now],
    );
    return rows.map(({ replayedAt, ...row }): ClaimedEvent => ({
      ...row,
      waitingSince: new Date(replayedAt ?? row.receivedAt),
      leaseToken,
      claimedAt: now,
      // SQLite knows no types in what an UPDATE returns.
      attempts: Number(row.attempts),
      receivedAt: new Date(row.receivedAt),
      triggeredAt: row.triggeredAt && new Date(row.triggeredAt),
    }));
  }

  /** False when the claim has lapsed and somebody else has taken the event, or a person has: then nothing is written. */
  async complete(
    { id, leaseToken }: Claim,
    outcome: {
      status: "SUCCEEDED" | "SKIPPED";
      lastError: string | null;
      storeId: string | null;
      now: Date;
    },
  ): Promise<boolean> {
    const { now, ...fields } = outcome;
    const { count } = await this.db.webhookEvent.updateMany({
      where: { id, leaseToken, status: "PROCESSING" },
      data: { ...fields, processedAt: now, nextAttemptAt: null, leaseToken: null, updatedAt: now },
    });
    return count > 0;
  }

  /** As `complete`, for an event that must leave no trace. */
  async erase({ id, leaseToken }: Claim): Promise<boolean> {
    const { count } = await this.db.webhookEvent.deleteMany({
      where: { id, leaseToken, status: "PROCESSING" },
    });
    return count > 0;
  }

  /** To be tried again at `nextAttemptAt`; DEAD where there is none. As `complete`, false when it is too late. */
  async fail(
    { id, leaseToken }: Claim,
    { lastError, nextAttemptAt, now }: { lastError: string; nextAttemptAt: Date | null; now: Date },
  ): Promise<boolean> {
    const status = nextAttemptAt ? "FAILED" : "DEAD";
    const { count } = await this.db.webhookEvent.updateMany({
      where: { id, leaseToken, status: "PROCESSING" },
      data: { status, lastError, nextAttemptAt, leaseToken: null, updatedAt: now },
    });
    return count > 0;
  }

  /** Undoes a claim: the event is next again, as if it had not been claimed. */
  async giveBack({ id, leaseToken, claimedAt }: Claim & { claimedAt: Date }): Promise<boolean> {
    const { count } = await this.db.webhookEvent.updateMany({
      where: { id, leaseToken, status: "PROCESSING" },
      data: {
        ...{ status: "RECEIVED", leaseToken: null, attempts: { decrement: 1 } },
        ...{ nextAttemptAt: claimedAt, updatedAt: claimedAt },
      },
    });
    return count > 0;
  }

  /** Keeps what is held for another `leaseMs`; returns how many are held still. */
  async renew(leaseToken: string, leaseEndsAt: Date): Promise<number> {
    const { count } = await this.db.webhookEvent.updateMany({
      where: { leaseToken, status: "PROCESSING" },
      data: { nextAttemptAt: leaseEndsAt },
    });
    return count;
  }

  /** What a claim would find now. */
  countDue(now: Date): Promise<number> {
    return this.db.webhookEvent.count({
      where: {
        OR: [
          { status: "RECEIVED" },
          { status: { in: ["FAILED", "PROCESSING"] }, nextAttemptAt: { lte: now } },
        ],
      },
    });
  }

  /** How many events are in each state but the two good ends, which a busy installation has millions of. */
  async countOpen(): Promise<Record<OpenStatus, number>> {
    const groups = await this.db.webhookEvent.groupBy({
      by: ["status"],
      where: { status: { in: [...OPEN_STATUSES] } },
      _count: { _all: true },
    });
    const counts = { RECEIVED: 0, PROCESSING: 0, FAILED: 0, DEAD: 0 };
    for (const { status, _count } of groups) counts[status as OpenStatus] = _count._all;
    return counts;
  }

  /**
   * Since when the oldest in a state has waited: since its arrival, or since it was asked to run again. Among the next
   * thousand, where every shop's oldest stands as long as no more shops wait (turns.server.ts).
   */
  async findOldest(status: Exclude<OpenStatus, "DEAD">): Promise<Date | null> {
    const next = await this.db.webhookEvent.findMany({
      where: { status },
      orderBy: { nextAttemptAt: "asc" },
      select: { receivedAt: true, replayedAt: true },
      take: 1_000,
    });
    const since = next.map(({ receivedAt, replayedAt }) => (replayedAt ?? receivedAt).getTime());
    return since.length ? new Date(Math.min(...since)) : null;
  }

  /** Where the queue is: the turn of the event that is next, null when none waits. */
  async findFront(): Promise<Date | null> {
    const front = await this.db.webhookEvent.findFirst({
      where: { status: "RECEIVED" },
      orderBy: { nextAttemptAt: "asc" },
      select: { nextAttemptAt: true },
    });
    return front?.nextAttemptAt ?? null;
  }
}

const LOST_WORKER =
  "The worker was lost in the middle of every attempt; the last one did not come back either.";

const TEXTS = ["id", "webhookId", "eventId", "topic", "shopDomain", "apiVersion"] as const;
const INSTANTS = ["turnAt", "triggeredAt", "receivedAt"] as const;

/** Deliveries as rows of a FROM. The payloads go beside the rest, so that each is parsed once, as what it is stored as. */
function rowsOnPostgres(deliveries: Delivery[]) {
  const columns = [
    ...TEXTS.map((name) => `"${name}" text`),
    ...INSTANTS.map((name) => `"${name}" timestamp(3)`),
  ];
  return {
    from: `ROWS FROM (json_to_recordset(CAST(? AS json)) AS (${columns.join(", ")}), unnest(CAST(? AS jsonb[])))
         AS "d"(${[...TEXTS, ...INSTANTS, "payload"].map((name) => `"${name}"`).join(", ")})`,
    values: [
      JSON.stringify(deliveries.map(({ payload: _, ...fields }) => ({ id: cuid(), ...fields }))),
      jsonbArray(deliveries.map(({ payload }) => payload)),
    ],
  };
}

/** The payloads are not parsed on the way; instants as Prisma writes them there: 2026-11-16T15:00:00.000+00:00 */
function rowsOnSqlite(deliveries: Delivery[]) {
  const columns = [
    ...TEXTS.map((name) => `json_extract("value", '$.${name}') AS "${name}"`),
    ...INSTANTS.map((name) => `replace(json_extract("value", '$.${name}'), 'Z', '+00:00') AS "${name}"`),
    `json_extract("value", '$.payload') AS "payload"`,
  ];
  const rows = deliveries.map(
    ({ payload, ...fields }) =>
      `${JSON.stringify({ id: cuid(), ...fields }).slice(0, -1)},"payload":${payload}}`,
  );
  return {
    from: `(SELECT ${columns.join(", ")} FROM json_each(?)) AS "d" WHERE TRUE`,
    values: [`[${rows.join(",")}]`],
  };
}
