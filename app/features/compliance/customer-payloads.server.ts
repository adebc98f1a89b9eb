/** A shop's stored deliveries that name a customer, found and freed of them. Ids keep every digit on the way. */
import { parse, stringify } from "lossless-json";
import { redactPersonal } from "~/features/webhooks/personal-data";
import { readPayload } from "~/features/webhooks/payload";
import type { CustomerDataRepository, StoredPayload } from "./customer-data.repository.server";
import { mayMention, mentions, tellsOf, type Person } from "./person";

/** Rows per read: a delivery may have five megabytes. */
const BATCH = 20;

/** Every batch of a shop's deliveries, in the order of ids. */
export async function* payloadBatches(
  customers: CustomerDataRepository,
): AsyncGenerator<StoredPayload[], void> {
  for (let after = ""; ;) {
    const batch = await customers.listPayloads(after, BATCH);
    if (batch.length) yield batch;
    if (batch.length < BATCH) return;
    after = batch.at(-1)!.id;
    // SQLite answers without waiting: others have to get a word in.
    await new Promise(setImmediate);
  }
}

export function isAbout(person: Person): (payload: StoredPayload) => boolean {
  const may = mayMention(person);
  return ({ topic, text }) => {
    if (!may(text)) return false;
    const payload = readable(text);
    return payload === undefined || mentions(person, topic, payload);
  };
}

/** The JSON without the person; null when it says nothing of them (any more). What cannot be read goes as a whole. */
export function withoutPerson(text: string, person: Person): string | null {
  if (readable(text) === undefined) return EMPTY;
  const before = parse(text);
  const after = stringify(redactPersonal(before, tellsOf(person))) ?? EMPTY;
  return after === stringify(before) ? null : after;
}

/** What stands where a payload was. */
export const EMPTY = "{}";

/** Undefined for what is nested deeper than anybody's order, or is no JSON. */
function readable(text: string): unknown {
  try {
    return readPayload(text);
  } catch {
    return undefined;
  }
}
