/** How the store's connections stand: what each last test said, and which secrets are due for a new one. */
import { DAY_MS } from "~/platform/clock";
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import type { Db } from "~/platform/db/client.server";
import { ConnectionEventRepository, type ConnectionEvent } from "./connection-event.repository.server";
import { PROVIDERS, PROVIDER_NAMES, type Provider } from "./provider";
import { StoreSecretRepository } from "./store-secret.repository.server";

const SOON_DAYS = 14;

export type ConnectionHealth = {
  provider: Provider;
  name: string;
  state: "working" | "failing" | "untested" | "unconnected";
  /** ISO instant */
  testedAt: string | null;
  latencyMs: number | null;
  /** Why it fails, in one redacted line */
  detail: string | null;
  secret: { lastFour: string; storedAt: string; rotationReminderAt: string | null } | null;
};

export type RotationDue = { provider: Provider; name: string; rotationReminderAt: string; overdue: boolean };

/** One entry per provider, in the order in which they are shown. */
export async function connectionsHealth(db: Db, storeId: string): Promise<ConnectionHealth[]> {
  const [secrets, events] = await Promise.all([
    new StoreSecretRepository(db, storeId, noKeys).list(),
    new ConnectionEventRepository(db, storeId).listLatest(),
  ]);
  return PROVIDERS.map((provider) => {
    const secret = secrets.find((entry) => entry.provider === provider);
    const latest = events.find((event) => event.provider === provider);
    return {
      provider,
      name: PROVIDER_NAMES[provider],
      state: secret ? stateOf(latest) : "unconnected",
      testedAt: latest?.createdAt.toISOString() ?? null,
      latencyMs: latest?.latencyMs ?? null,
      detail: latest?.outcome === "FAILURE" ? latest.message : null,
      secret: secret
        ? {
            lastFour: secret.lastFour,
            storedAt: (secret.lastRotatedAt ?? secret.createdAt).toISOString(),
            rotationReminderAt: secret.rotationReminderAt?.toISOString() ?? null,
          }
        : null,
    };
  });
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

/** Who only looks at summaries gets no key that could open a secret. */
const noKeys: KeyProvider = {
  current: () => Promise.reject(new Error("This caller seals nothing.")),
  open: () => Promise.reject(new Error("This caller opens nothing.")),
};
