/** This process's door: what `receive` needs, put together once. */
import type { Db } from "~/platform/db/client.server";
import { database } from "~/platform/db/database.server";
import { askDatabase, Pulse } from "~/platform/db/pulse.server";
import { environment } from "~/platform/env.server";
import { GroupedInserts } from "./grouped-inserts.server";
import { STORE_MS, type Door } from "./receive.server";
import { Turns } from "./turns.server";
import { WebhookInboxRepository, type Delivery } from "./webhook-inbox.repository.server";

/** How often the door looks where the queue is; in between, a shop is served a little early or late. */
const FRONT_MS = 1_000;

let instance: Door | undefined;

/** `onAccepted` is told that something waits. */
export function processDoor(onAccepted: () => void = () => undefined): Door {
  return (instance ??= createDoor(database, onAccepted));
}

/** A door over the database that `connect` opens, or opens again once it is back. */
export function createDoor(connect: () => Promise<Db>, onAccepted: () => void): Door {
  const { shopifyApiSecret, shopifyApiSecretPrevious } = environment().secrets;
  const turns = new Turns();
  const pulse = new Pulse(async () => askDatabase(await connect()));
  let inserts: GroupedInserts | undefined;
  let lookedAt = -Infinity;

  return {
    secrets: [shopifyApiSecret, shopifyApiSecretPrevious],
    // A database that is gone without a word is found out within a second, and nobody waits for it after that.
    store: (delivery) => pulse.guard(() => store(delivery)),
    now: () => new Date(),
  };

  async function store(delivery: Omit<Delivery, "turnAt">) {
    const db = await connect();
    const inbox = new WebhookInboxRepository(db);
    inserts ??= new GroupedInserts((group) => inbox.insert(group), db.engine);
    followQueue(inbox);
    const turnAt = turns.next(delivery.shopDomain, delivery.receivedAt);
    const outcome = await inserts.add({ ...delivery, turnAt }, STORE_MS);
    if (outcome === "accepted") onAccepted();
    return outcome;
  }

  /** Beside the delivery, not before it: fairness may be a second late, an answer may not. */
  function followQueue(inbox: WebhookInboxRepository) {
    if (performance.now() - lookedAt < FRONT_MS) return;
    lookedAt = performance.now();
    void inbox.findFront().then(
      (front) => turns.moveTo(front),
      () => undefined,
    );
  }
}
