/** What a merchant does about order flags: resolve, snooze, reopen, note. */
import { DAY_MS } from "~/platform/clock";
import type { Db } from "~/platform/db/client.server";
import { OrderFlagRepository } from "./order-flag.repository.server";
import { parseFlagAction, type FlagAction } from "./orders.schema";

export type FlagOutcome = { ok: boolean; message: string };
export type FlagActionAnswer = FlagOutcome & { fieldErrors?: Partial<Record<string, string>> };

/** Parses a form and does what it asks; 400 with a sentence per field when it cannot be read. */
export async function submitFlagForm(
  db: Db,
  storeId: string,
  form: FormData,
  context: { actor: string; now: Date },
): Promise<{ status: 200 | 400; answer: FlagActionAnswer }> {
  const parsed = parseFlagAction(form);
  if (parsed.success) return { status: 200, answer: await actOnFlags(db, storeId, parsed.data, context) };
  const fieldErrors = Object.fromEntries(
    parsed.error.issues.map(({ path, message }) => [path[0] ?? "", message]),
  );
  return { status: 400, answer: { ok: false, message: parsed.error.issues[0]?.message ?? "", fieldErrors } };
}

/** Does what the merchant asked, and says what came of it. Repeating it is harmless; other stores' flags stay untouched. */
export async function actOnFlags(
  db: Db,
  storeId: string,
  action: FlagAction,
  { actor, now }: { actor: string; now: Date },
): Promise<FlagOutcome> {
  const repository = new OrderFlagRepository(db, storeId);
  switch (action.intent) {
    case "resolve":
      return outcome(await repository.resolve(action.ids, actor, now), "resolved", action.ids);
    case "snooze": {
      const until = new Date(now.getTime() + action.days * DAY_MS);
      const done = `snoozed for ${action.days} ${action.days === 1 ? "day" : "days"}`;
      return outcome(await repository.snooze(action.ids, until), done, action.ids);
    }
    case "reopen":
      return outcome(await repository.reopen(action.ids), "reopened", action.ids);
    case "note": {
      const changed = await repository.writeNote(action.ids[0] ?? "", action.note || null);
      return changed ? { ok: true, message: "Note saved" } : outcome(0, "changed", action.ids);
    }
  }
}

function outcome(changed: number, done: string, ids: string[]): FlagOutcome {
  const flags = (count: number) => `${count} ${count === 1 ? "flag" : "flags"}`;
  if (!changed)
    return {
      ok: false,
      message: `No flag was ${done}: ${flags(ids.length)} could not be found in this store.`,
    };
  const missing = new Set(ids).size - changed;
  if (missing)
    return {
      ok: false,
      message: `${flags(changed)} ${done}; ${flags(missing)} could not be found in this store.`,
    };
  return { ok: true, message: `${flags(changed)} ${done}` };
}
