/** The inbox in numbers: what came, what became of it, what waits and for how long. Counters are this process's own. */
import { Counter, Gauge, Histogram } from "prom-client";
import { database } from "~/platform/db/database.server";
import { databaseNow } from "~/platform/db/clock.server";
import { registry } from "~/platform/metrics.server";
import type { Processed } from "./process.server";
import type { Received } from "./receive.server";
import { WebhookInboxRepository, type ClaimedEvent } from "./webhook-inbox.repository.server";
import { MOST_ATTEMPTS } from "./webhook-status";

const registers = [registry];

const deliveries = new Counter({
  name: "backroom_webhook_deliveries_total",
  help: "Deliveries at the door, by what became of them there: accepted, duplicate, unavailable, or refused with a status",
  labelNames: ["outcome"],
  registers,
});

const processed = new Counter({
  name: "backroom_webhook_processed_total",
  help: "Attempts at events of the inbox, by how they ended",
  labelNames: ["outcome"],
  registers,
});

const lag = new Histogram({
  name: "backroom_webhook_lag_seconds",
  help: "From the arrival of a delivery, or its replay, to the end of its work",
  buckets: [0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200],
  registers,
});

const attempts = new Histogram({
  name: "backroom_webhook_attempts",
  help: "Attempts that an event took to its end",
  buckets: Array.from({ length: MOST_ATTEMPTS }, (_, i) => i + 1),
  registers,
});

export function countReceived(received: Received) {
  deliveries.inc({
    outcome: received.outcome === "refused" ? `refused_${received.status}` : received.outcome,
  });
}

export function countProcessed(outcome: Processed, event: ClaimedEvent) {
  processed.inc({ outcome });
  if (outcome !== "SUCCEEDED" && outcome !== "SKIPPED" && outcome !== "DEAD") return;
  attempts.observe(event.attempts);
  lag.observe(Math.max(0, (Date.now() - event.waitingSince.getTime()) / 1000));
}

/** What is read from the database when it is asked for. Once per process. */
export function watchInbox() {
  new Gauge({
    name: "backroom_inbox_events",
    help: "Events of the inbox that are not done, by state; DEAD ones wait for a person",
    labelNames: ["status"],
    registers,
    async collect() {
      const counts = await new WebhookInboxRepository(await database()).countOpen();
      for (const [status, count] of Object.entries(counts)) this.set({ status }, count);
    },
  });

  new Gauge({
    name: "backroom_inbox_oldest_seconds",
    help: "How long the oldest event in a state has waited, since it arrived or was replayed; 0 when there is none",
    labelNames: ["status"],
    registers,
    async collect() {
      const db = await database();
      const now = (await databaseNow(db)).getTime();
      for (const status of ["RECEIVED", "PROCESSING", "FAILED"] as const) {
        const oldest = await new WebhookInboxRepository(db).findOldest(status);
        this.set({ status }, oldest ? Math.max(0, (now - oldest.getTime()) / 1000) : 0);
      }
    },
  });
}
