/** Connect, replace and rotate: what is offered is tried first, and stored once it has worked. */
import { isInstalled } from "~/features/stores/installed.server";
import { ensureSettings, updateConnection } from "~/features/settings/settings.server";
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import { inTransaction, type Queryable } from "~/platform/db/client.server";
import { adviceInForm } from "./advice";
import type { Connection } from "./connection";
import { done, failed, gone, invalid, refused, type Submitted } from "./connection-answer";
import { ConnectionEventRepository } from "./connection-event.repository.server";
import type { ConnectionContext } from "./connection-context";
import { parseConnectionForm } from "./connection-form.server";
import { lastFourOf, writeCredential } from "./credential";
import { PROVIDER_NAMES, type Provider } from "./provider";
import { beginTest, nextTestAfter, recordTest } from "./record-test.server";
import { reminderAt } from "./remind.server";
import { StoreSecretRepository } from "./store-secret.repository.server";
import { findConnection, findOpenableConnection, isSameConnection } from "./stored-connection.server";
import { testConnection } from "./test-connection.server";

/** @throws {SettingsBusyError} when others saved settings ten times in between; nothing was stored */
export async function connect(
  context: ConnectionContext,
  provider: Provider,
  form: FormData,
  intent: "connect" | "rotate",
): Promise<Submitted> {
  const { db, storeId, keys, deps, now } = context;
  const stored = await findOpenableConnection(context, provider);
  if (intent === "rotate" && !stored)
    return refused(
      409,
      `${PROVIDER_NAMES[provider]} has nothing stored that opens, so nothing can be rotated. Connect it anew.`,
    );
  if (intent === "rotate" && stored?.credential.kind === "none")
    return refused(409, "This server asks for no secret. Use “Replace” to give it a token.");
  const parsed = parseConnectionForm(provider, form, stored, intent, { allowLoopback: deps.allowLoopback });
  if (!parsed.ok) return invalid(parsed.fieldErrors);
  const { connection } = parsed;
  const plaintext = writeCredential(connection.credential);
  const sameSecret =
    stored !== null &&
    (await new StoreSecretRepository(db, storeId, keys).holds(provider, plaintext)) === true;
  if (intent === "rotate" && sameSecret)
    return refused(409, "This is the secret that is stored already. Make a new one at the provider first.");

  const begun = await beginTest(db, storeId, provider, now);
  if (begun === "gone") return gone();
  const result = await testConnection(context, connection);
  const event = { trigger: "CONNECT" as const, now, ...begun };
  if (result.outcome === "FAILURE") {
    await recordTest(db, storeId, provider, result, event);
    const aftermath = stored ? " What was stored before is still in use." : " Nothing was stored.";
    return { status: 422, answer: failed(result, adviceInForm(provider, result.errorClass), aftermath) };
  }
  if (!(await isInstalled(db, storeId))) {
    await new ConnectionEventRepository(db, storeId).delete(begun.begun);
    return gone();
  }
  const outcome = await store().catch(async (error: unknown) => {
    // The test has ended, although nothing came of it.
    await new ConnectionEventRepository(db, storeId).delete(begun.begun).catch(() => undefined);
    throw error;
  });
  // What was tested was not stored, so its success says nothing about what is.
  if (outcome !== "recorded") await new ConnectionEventRepository(db, storeId).delete(begun.begun);
  if (outcome === "gone") return gone();
  if (outcome === "changed")
    return refused(
      409,
      `${PROVIDER_NAMES[provider]} was changed or disconnected in another window meanwhile; nothing was stored. Reload the page.`,
    );
  return done(`${PROVIDER_NAMES[provider]} ${doneWord(intent, stored)}`);

  async function store(): Promise<"recorded" | "gone" | "changed"> {
    // Before the transaction: on Postgres, two stores of a first row at once would break it; and a KMS may take its time.
    await Promise.all([ensureSettings(db, storeId), keys.current()]);
    return inTransaction(db, storeIn);
  }

  async function storeIn(tx: Queryable): Promise<"recorded" | "gone" | "changed"> {
    if (!(await isInstalled(tx, storeId))) return "gone";
    const secrets = new StoreSecretRepository(tx, storeId, keys);
    const reuses = intent === "rotate" || sameSecret;
    if (reuses && !(await isUntouched({ tx, storeId, keys }, secrets, stored))) return "changed";
    const before = (await secrets.list()).find((secret) => secret.provider === provider);
    const rotatedAt = sameSecret ? (before?.lastRotatedAt ?? now) : now;
    await secrets.upsert(
      provider,
      {
        plaintext,
        lastFour: lastFourOf(connection.credential),
        setBy: sameSecret ? (before?.setBy ?? null) : context.actor,
        rotationReminderAt: reminderAt(connection.config, rotatedAt),
        nextTestAt: nextTestAfter(result, now),
      },
      rotatedAt,
    );
    await updateConnection(tx, storeId, provider, connection.config, sameSecret ? {} : { rotatedAt });
    return recordTest(tx, storeId, provider, result, event);
  }
}

/**
 * What is kept of the stored connection was read before its provider was asked, which takes seconds: a secret that was
 * deleted or replaced since then must not come back. The write before the look holds the row (Postgres).
 */
async function isUntouched(
  { tx, storeId, keys }: { tx: Queryable; storeId: string; keys: KeyProvider },
  secrets: StoreSecretRepository,
  stored: Connection | null,
): Promise<boolean> {
  if (!stored || !(await secrets.hold(stored.provider))) return false;
  return isSameConnection(stored, await findConnection({ db: tx, storeId, keys }, stored.provider));
}

function doneWord(intent: "connect" | "rotate", stored: Connection | null): string {
  if (intent === "rotate") return "has its new secret";
  return stored ? "is replaced" : "is connected";
}
