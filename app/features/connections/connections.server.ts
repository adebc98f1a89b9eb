/** How the store's connections stand: what each last test said, a month of tests, and which secrets are due for a new one. */
import { getSettings } from "~/features/settings/settings.server";
import { DAY_MS } from "~/platform/clock";
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import type { Db } from "~/platform/db/client.server";
import { adviceFor, type Advice } from "./advice";
import type { ConnectionConfig } from "./connection";
import {
  TEST_NOT_ENDED,
  ConnectionEventRepository,
  type ConnectionEvent,
} from "./connection-event.repository.server";
import { summarise } from "./history";
import { PROVIDERS, PROVIDER_NAMES, type Provider } from "./provider";
import { StoreSecretRepository, type SecretSummary } from "./store-secret.repository.server";

const SOON_DAYS = 14;
const HISTORY_DAYS = 30;
/** More than a month of tests twice a day and a merchant's own; a bound, not a page. */
const HISTORY_LIMIT = 500;
const SHOWN_TESTS = 50;

export type ConnectionHealth = {
  provider: Provider;
  name: string;
  state: "working" | "failing" | "untested" | "unconnected";
  /** ISO instant */
  testedAt: string | null;
  latencyMs: number | null;
  /** Why it fails, in one redacted line */
  detail: string | null;
  secret: SecretFacts | null;
};

export type SecretFacts = {
  lastFour: string;
  storedAt: string;
  /** Shopify's GID of who stored it, or a script's name */
  setBy: string | null;
  rotationReminderAt: string | null;
  overdue: boolean;
};

/** A month of tests of the credential in use. Percentiles in milliseconds, `uptime` from 0 to 1, instants in ISO. */
export type HistoryFacts = {
  tests: number;
  uptime: number | null;
  p50Ms: number | null;
  p95Ms: number | null;
  since: string | null;
};

export type ConnectionCard = ConnectionHealth & {
  config: ConnectionConfig | null;
  /** What to do, while it is failing */
  advice: Advice | null;
  history: HistoryFacts;
};

export type ConnectionDetail = ConnectionCard & {
  tests: TestRow[];
  /** When the secret was replaced, the newest first */
  rotations: string[];
};

export type TestRow = Pick<
  ConnectionEvent,
  "id" | "trigger" | "outcome" | "errorClass" | "httpStatus" | "latencyMs" | "message"
> & {
  at: string;
  /** False for a test that is under way, or that its process did not survive */
  ended: boolean;
};

export type RotationDue = { provider: Provider; name: string; rotationReminderAt: string; overdue: boolean };

/** One entry per provider, in the order in which they are shown. */
export async function connectionsHealth(db: Db, storeId: string, now: Date): Promise<ConnectionHealth[]> {
  const [secrets, events] = await Promise.all([
    new StoreSecretRepository(db, storeId, noKeys).list(),
    new ConnectionEventRepository(db, storeId).listLatest(),
  ]);
  return PROVIDERS.map((provider) =>
    healthOf(
      provider,
      secrets.find((secret) => secret.provider === provider),
      events.find((event) => event.provider === provider),
      now,
    ),
  );
}

/** The same with a month of tests each. */
export async function connectionCards(db: Db, storeId: string, now: Date): Promise<ConnectionCard[]> {
  return Promise.all(PROVIDERS.map(async (provider) => (await gather(db, storeId, provider, now)).card));
}

/** One of them, with its tests one by one. */
export async function connectionDetail(
  db: Db,
  storeId: string,
  provider: Provider,
  now: Date,
): Promise<ConnectionDetail> {
  const { card, tests, settings } = await gather(db, storeId, provider, now);
  return {
    ...card,
    rotations: settings.lastRotationDates[provider] ?? [],
    tests: tests.map(toTestRow),
  };
}

async function gather(db: Db, storeId: string, provider: Provider, now: Date) {
  const since = new Date(now.getTime() - HISTORY_DAYS * DAY_MS);
  const eventRows = new ConnectionEventRepository(db, storeId);
  // Each has its own limit: attempts with credentials that were never stored must not displace the tests of the one in use.
  const [secrets, tests, ofTheOneInUse, [latest], settings] = await Promise.all([
    new StoreSecretRepository(db, storeId, noKeys).list(),
    eventRows.list(provider, { since, limit: SHOWN_TESTS }),
    eventRows.list(provider, { since, limit: HISTORY_LIMIT, inUse: true }),
    eventRows.list(provider, { limit: 1, inUse: true }),
    getSettings(db, storeId),
  ]);
  const secret = secrets.find((entry) => entry.provider === provider);
  const health = healthOf(provider, secret, latest, now);
  const { since: sinceAt, ...figures } = summarise(
    ofTheOneInUse.map(({ createdAt: at, outcome, latencyMs }) => ({ at, outcome, latencyMs })),
    now,
  );
  const failing = health.state === "failing" ? latest?.errorClass : null;
  const card: ConnectionCard = {
    ...health,
    config: settings.connectionMetadata[provider] ?? null,
    advice: failing ? adviceFor(provider, failing) : null,
    history: { ...figures, since: sinceAt?.toISOString() ?? null },
  };
  return { card, tests, settings };
}

function healthOf(
  provider: Provider,
  secret: SecretSummary | undefined,
  latest: ConnectionEvent | undefined,
  now: Date,
): ConnectionHealth {
  return {
    provider,
    name: PROVIDER_NAMES[provider],
    state: secret ? stateOf(latest) : "unconnected",
    testedAt: latest?.createdAt.toISOString() ?? null,
    latencyMs: latest?.latencyMs ?? null,
    detail: latest?.outcome === "FAILURE" ? latest.message : null,
    secret: secret ? secretFacts(secret, now) : null,
  };
}

function secretFacts(secret: SecretSummary, now: Date): SecretFacts {
  return {
    lastFour: secret.lastFour,
    storedAt: (secret.lastRotatedAt ?? secret.createdAt).toISOString(),
    setBy: secret.setBy,
    rotationReminderAt: secret.rotationReminderAt?.toISOString() ?? null,
    overdue: secret.rotationReminderAt !== null && secret.rotationReminderAt <= now,
  };
}

/** Secrets whose reminder has passed or passes within two weeks, the earliest first. */
export async function rotationsDue(db: Db, storeId: string, now: Date): Promise<RotationDue[]> {
  const secrets = await new StoreSecretRepository(db, storeId, noKeys).list();
  const until = new Date(now.getTime() + SOON_DAYS * DAY_MS);
  return secrets
    .flatMap(({ provider, rotationReminderAt }) =>
      rotationReminderAt ? [{ provider, rotationReminderAt }] : [],
    )
    .filter(({ rotationReminderAt }) => rotationReminderAt <= until)
    .sort((a, b) => a.rotationReminderAt.getTime() - b.rotationReminderAt.getTime())
    .map(({ provider, rotationReminderAt }) => ({
      provider,
      name: PROVIDER_NAMES[provider],
      rotationReminderAt: rotationReminderAt.toISOString(),
      overdue: rotationReminderAt <= now,
    }));
}

function stateOf(latest: ConnectionEvent | undefined): ConnectionHealth["state"] {
  if (!latest) return "untested";
  return latest.outcome === "SUCCESS" ? "working" : "failing";
}

function toTestRow({
  id,
  createdAt,
  trigger,
  outcome,
  errorClass,
  httpStatus,
  latencyMs,
  message,
  providerCode,
}: ConnectionEvent) {
  const ended = providerCode !== TEST_NOT_ENDED;
  return {
    ...{ id, at: createdAt.toISOString(), ended, trigger, outcome },
    ...{ errorClass, httpStatus, latencyMs, message },
  };
}

/** Who only looks at summaries gets no key that could open a secret. */
const noKeys: KeyProvider = {
  current: () => Promise.reject(new Error("This caller seals nothing.")),
  open: () => Promise.reject(new Error("This caller opens nothing.")),
};
