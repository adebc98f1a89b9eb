/** What a merchant does about one connection: connect, replace, rotate, test, disconnect, move the reminder. */
import { isInstalled } from "~/features/stores/installed.server";
import { ensureSettings, findSettings, updateConnection } from "~/features/settings/settings.server";
import { DAY_MS } from "~/platform/clock";
import { EnvelopeError } from "~/platform/crypto/envelope.server";
import { KeyUnavailableError, type KeyProvider } from "~/platform/crypto/keyring.server";
import { inTransaction, type Db, type Queryable } from "~/platform/db/client.server";
import { log } from "~/platform/log.server";
import { adviceFor, adviceInForm, type Advice } from "./advice";
import type { Failure } from "./attempt.server";
import type { Connection, ConnectionConfig } from "./connection";
import { parseConnectionForm, parseReminderDays, type FieldErrors } from "./connection-form.server";
import { CredentialUnreadableError, lastFourOf, writeCredential } from "./credential";
import { PROVIDER_NAMES, type Provider } from "./provider";
import type { ProviderDeps } from "./providers/provider-client.server";
import { nextTestAfter, recordTest } from "./record-test.server";
import { listSites, type Site } from "./sites.server";
import { StoreSecretRepository } from "./store-secret.repository.server";
import { findConnection, isSameConnection } from "./stored-connection.server";
import { testConnection, type TestResult } from "./test-connection.server";

export type ConnectionContext = {
  db: Db;
  storeId: string;
  keys: KeyProvider;
  deps: ProviderDeps;
  /** The shop's */
  ianaTimezone: string;
  /** Who is at the screen, as Shopify's GID */
  actor: string;
  now: Date;
};

/** What went wrong at the provider, for a banner. */
export type Trouble = {
  errorClass: string;
  title: string;
  body: string;
  /** The provider's side of it, in one redacted line */
  detail: string | null;
  suggestion: string | null;
};

export type ConnectionAnswer = {
  ok: boolean;
  message: string;
  fieldErrors?: FieldErrors;
  trouble?: Trouble;
  /** What the account can see, to choose from */
  sites?: Site[];
};

type Submitted = { status: 200 | 400 | 409 | 410 | 422; answer: ConnectionAnswer };

/** Parses the form and does what it asks. Nothing is stored that has not worked once, and what is stored stays until then. */
export async function submitConnectionForm(
  context: ConnectionContext,
  provider: Provider,
  form: FormData,
): Promise<Submitted> {
  const intent = form.get("intent");
  switch (intent) {
    case "connect":
    case "rotate":
      return connect(context, provider, form, intent);
    case "sites":
      return offerSites(context, provider, form);
    case "test":
      return test(context, provider);
    case "disconnect":
      return disconnect(context, provider);
    case "remind":
      return remind(context, provider, form);
    default:
      // Without repeating it: a form whose fields were mixed up may have anything in this place.
      return refused(400, "This action is not known here.");
  }
}

async function connect(
  context: ConnectionContext,
  provider: Provider,
  form: FormData,
  intent: "connect" | "rotate",
): Promise<Submitted> {
  const { db, storeId, keys, deps, now } = context;
  const stored = await storedOrNull(context, provider);
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

  const result = await testConnection(context, connection);
  const event = { trigger: "CONNECT" as const, now };
  if (result.outcome === "FAILURE") {
    await recordTest(db, storeId, provider, result, event);
    const aftermath = stored ? " What was stored before is still in use." : " Nothing was stored.";
    return { status: 422, answer: failed(result, adviceInForm(provider, result.errorClass), aftermath) };
  }
  if (!(await isInstalled(db, storeId))) return gone();
  // Before the transaction: on Postgres, two stores of a first row at once would break it; and a KMS may take its time.
  await Promise.all([ensureSettings(db, storeId), keys.current()]);
  const outcome = await inTransaction(db, async (tx) => {
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
  });
  if (outcome === "gone") return gone();
  if (outcome === "changed")
    return refused(
      409,
      `${PROVIDER_NAMES[provider]} was changed or disconnected in another window meanwhile; nothing was stored. Reload the page.`,
    );
  return done(`${PROVIDER_NAMES[provider]} ${doneWord(intent, stored)}`);
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

async function test(context: ConnectionContext, provider: Provider): Promise<Submitted> {
  const connection = await storedOrNull(context, provider);
  if (!connection)
    return refused(409, `${PROVIDER_NAMES[provider]} has nothing stored that can be tested; connect it.`);
  const result = await testStored(context, connection, "MANUAL");
  if (result === "gone") return gone();
  if (result.outcome === "FAILURE")
    return { status: 200, answer: failed(result, adviceFor(provider, result.errorClass)) };
  return done(`${PROVIDER_NAMES[provider]} answered in ${result.latencyMs} ms`);
}

/**
 * Tests what is stored, and appends the event. If what failed was replaced or taken away while its provider was asked, the
 * event says so by its trigger, and does not speak for the connection that is there now.
 */
export async function testStored(
  context: Omit<ConnectionContext, "actor">,
  connection: Connection,
  trigger: "MANUAL" | "SCHEDULED",
): Promise<TestResult | "gone"> {
  const { db, storeId, keys, now } = context;
  const { provider } = connection;
  const result = await testConnection(context, connection);
  const failed = result.outcome === "FAILURE";
  const inUse = !failed || (await isStillStored(context, connection));
  const event = { trigger: inUse ? trigger : ("CONNECT" as const), now };
  if ((await recordTest(db, storeId, provider, result, event)) === "gone") return "gone";
  // A test by hand that worked leaves the cron's round as it is.
  if (inUse && (failed || trigger === "SCHEDULED"))
    await new StoreSecretRepository(db, storeId, keys).updateNextTest(provider, nextTestAfter(result, now));
  return result;
}

async function isStillStored(
  context: Omit<ConnectionContext, "actor">,
  connection: Connection,
): Promise<boolean> {
  // A key that cannot be had right now must not cost the test its event.
  const found = await findConnection(context, connection.provider).catch(() => connection);
  return isSameConnection(connection, found);
}

async function disconnect({ db, storeId, keys }: ConnectionContext, provider: Provider): Promise<Submitted> {
  await inTransaction(db, async (tx) => {
    await new StoreSecretRepository(tx, storeId, keys).delete(provider);
    await updateConnection(tx, storeId, provider, null);
  });
  // Also when another tab was quicker: it is what was asked for.
  return done(`${PROVIDER_NAMES[provider]} is disconnected; its secret is deleted`);
}

/** Moves the reminder of the secret that is stored; the days count from its last rotation. */
async function remind(context: ConnectionContext, provider: Provider, form: FormData): Promise<Submitted> {
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

async function offerSites(
  context: ConnectionContext,
  provider: Provider,
  form: FormData,
): Promise<Submitted> {
  const stored = await storedOrNull(context, provider);
  const found = await listSites(context.deps, provider, form, stored);
  switch (found.outcome) {
    case "invalid":
      return invalid(found.fieldErrors);
    case "failed":
      return {
        status: 422,
        answer: failed(found.failure, adviceInForm(provider, found.failure.errorClass)),
      };
    case "listed":
      return { status: 200, answer: { ok: true, message: "", sites: found.sites } };
  }
}

/** A credential that will never open again must not keep the merchant from storing a new one. */
async function storedOrNull(context: ConnectionContext, provider: Provider): Promise<Connection | null> {
  try {
    return await findConnection(context, provider);
  } catch (error) {
    if (!isLostForGood(error)) throw error;
    log.error({ err: error, provider }, "a stored credential does not open");
    return null;
  }
}

/**
 * A connection whose credential does not open cannot be tested, and does not work: its event says so, or it would be
 * shown as working for ever. Anything else is thrown on.
 */
export async function recordLost(
  { db, storeId, keys, now }: Pick<ConnectionContext, "db" | "storeId" | "keys" | "now">,
  provider: Provider,
  error: unknown,
): Promise<"recorded" | "gone"> {
  if (!isLostForGood(error)) throw error;
  const result: TestResult = {
    ...{ outcome: "FAILURE", errorClass: "BAD_CONFIG", retryable: false, latencyMs: 0 },
    ...{ httpStatus: null, providerCode: null, suggestion: null },
    message: "The stored secret cannot be opened any more, so nothing was asked. Store it again.",
  };
  const recorded = await recordTest(db, storeId, provider, result, { trigger: "SCHEDULED", now });
  if (recorded === "recorded")
    await new StoreSecretRepository(db, storeId, keys).updateNextTest(provider, nextTestAfter(result, now));
  return recorded;
}

function isLostForGood(error: unknown): boolean {
  return (
    error instanceof CredentialUnreadableError ||
    error instanceof EnvelopeError ||
    (error instanceof KeyUnavailableError && error.code === "KEY_UNAVAILABLE")
  );
}

/** Zero days mean no reminder; a server that needs no token has nothing to rotate. */
function reminderAt({ reminderDays, signIn }: ConnectionConfig, rotatedAt: Date): Date | null {
  if (reminderDays === 0 || signIn === "none") return null;
  return new Date(rotatedAt.getTime() + reminderDays * DAY_MS);
}

const done = (message: string): Submitted => ({ status: 200, answer: { ok: true, message } });

const refused = (status: 400 | 409, message: string): Submitted => ({
  status,
  answer: { ok: false, message },
});

const gone = (): Submitted => ({
  status: 410,
  answer: { ok: false, message: "Backroom was uninstalled from this store meanwhile; nothing was stored." },
});

function invalid(fieldErrors: FieldErrors): Submitted {
  const message = Object.values(fieldErrors)[0] ?? "The form cannot be read.";
  return { status: 400, answer: { ok: false, message, fieldErrors } };
}

/** 422 where a form is fine and the provider says no to what is in it. */
function failed(
  { errorClass, message, suggestion }: Failure,
  { title, body }: Advice,
  aftermath = "",
): ConnectionAnswer {
  // The banner asks this question itself, with a button for the answer.
  const detail = suggestion ? message.replace(` Did you mean ${suggestion}?`, "") : message;
  const trouble = { errorClass, title, body: body + aftermath, detail, suggestion };
  return { ok: false, message: title, trouble };
}
