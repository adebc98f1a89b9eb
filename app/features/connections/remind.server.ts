/** When a secret should be replaced, and how a merchant moves that day. */
import { findSettings, updateConnection } from "~/features/settings/settings.server";
import { DAY_MS } from "~/platform/clock";
import { inTransaction } from "~/platform/db/client.server";
import type { ConnectionConfig } from "./connection";
import { done, invalid, refused, type Submitted } from "./connection-answer";
import type { ConnectionContext } from "./connection-context";
import { parseReminderDays } from "./connection-form.server";
import { PROVIDER_NAMES, type Provider } from "./provider";
import { StoreSecretRepository } from "./store-secret.repository.server";

/** Moves the reminder of the secret that is stored; the days count from its last rotation. */
export async function remind(
  context: ConnectionContext,
  provider: Provider,
  form: FormData,
): Promise<Submitted> {
  const { db, storeId, keys } = context;
  const days = parseReminderDays(form);
  if (days === null) return invalid({ reminderDays: "Choose one of the listed times." });
  const changed = await inTransaction(db, async (tx) => {
    const secrets = new StoreSecretRepository(tx, storeId, keys);
    const secret = (await secrets.list()).find((entry) => entry.provider === provider);
    // Not opened: the date may move whether or not a key, or the KMS, is there.
    const stored = (await findSettings(tx, storeId))?.connectionMetadata[provider];
    if (!secret || !stored) return false;
    const config = { ...stored, reminderDays: days };
    const at = reminderAt(config, secret.lastRotatedAt ?? secret.createdAt);
    await secrets.updateReminder(provider, at);
    await updateConnection(tx, storeId, provider, config);
    return true;
  });
  if (!changed) return refused(409, `${PROVIDER_NAMES[provider]} is not connected.`);
  return done(days === 0 ? "Reminder switched off" : "Reminder moved");
}

/** Zero days mean no reminder; a server that needs no token has nothing to rotate. */
export function reminderAt({ reminderDays, signIn }: ConnectionConfig, rotatedAt: Date): Date | null {
  if (reminderDays === 0 || signIn === "none") return null;
  return new Date(rotatedAt.getTime() + reminderDays * DAY_MS);
}
