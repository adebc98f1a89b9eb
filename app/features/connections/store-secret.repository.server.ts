import { isSameSecret, open, seal } from "~/platform/crypto/envelope.server";
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import type { Queryable } from "~/platform/db/client.server";
import { PROVIDERS, type Provider } from "./provider";
import { secretPlace } from "./secret-place";

/** What may be shown of a secret: everything but the secret. */
export type SecretSummary = {
  provider: Provider;
  lastFour: string;
  setBy: string | null;
  keyId: string;
  createdAt: Date;
  lastRotatedAt: Date | null;
  rotationReminderAt: Date | null;
};

export type NewSecret = {
  plaintext: string;
  /** What may be shown of it; nothing of a secret that is too short to show a part of */
  lastFour: string;
  setBy: string | null;
  rotationReminderAt: Date | null;
  nextTestAt: Date | null;
};

export class StoreSecretRepository {
  constructor(
    private readonly db: Queryable,
    private readonly storeId: string,
    private readonly keys: KeyProvider,
  ) {}

  /** In the order of PROVIDERS: sorted here, because Postgres orders an enum by declaration and SQLite by alphabet. */
  async list(): Promise<SecretSummary[]> {
    const secrets = await this.db.storeSecret.findMany({ where: { storeId: this.storeId }, select: SUMMARY });
    return secrets.sort((a, b) => PROVIDERS.indexOf(a.provider) - PROVIDERS.indexOf(b.provider));
  }

  /** Stores a secret, or replaces the one that is there. */
  async upsert(provider: Provider, secret: NewSecret, now: Date): Promise<void> {
    const place = secretPlace(this.storeId, provider);
    const { envelope, keyId, version, fingerprint } = await seal(this.keys, place, secret.plaintext);
    const data = {
      cipherText: envelope,
      encryptionVersion: version,
      keyId,
      fingerprint,
      lastFour: secret.lastFour,
      setBy: secret.setBy,
      rotationReminderAt: secret.rotationReminderAt,
      nextTestAt: secret.nextTestAt,
      lastRotatedAt: now,
    };
    await this.db.storeSecret.upsert({
      where: { storeId_provider: { storeId: this.storeId, provider } },
      create: { ...data, storeId: this.storeId, provider },
      update: data,
    });
  }

  /**
   * The secret itself, for the one call that needs it; null when the provider is not connected.
   * @throws {EnvelopeError | KeyUnavailableError | KeyServiceError} rather than anything that is not the secret
   */
  async reveal(provider: Provider): Promise<string | null> {
    const row = await this.db.storeSecret.findUnique({
      where: { storeId_provider: { storeId: this.storeId, provider } },
      select: { cipherText: true },
    });
    return row && open(this.keys, secretPlace(this.storeId, provider), row.cipherText);
  }

  /** Moves the date of the reminder; null ends it. */
  async updateReminder(provider: Provider, rotationReminderAt: Date | null): Promise<number> {
    const where = { storeId: this.storeId, provider };
    return (await this.db.storeSecret.updateMany({ where, data: { rotationReminderAt } })).count;
  }

  /** When the cron tests this connection next. */
  async updateNextTest(provider: Provider, nextTestAt: Date | null): Promise<number> {
    const where = { storeId: this.storeId, provider };
    return (await this.db.storeSecret.updateMany({ where, data: { nextTestAt } })).count;
  }

  /** Within a transaction: nobody else writes this secret before it ends. False when there is none. */
  async hold(provider: Provider): Promise<boolean> {
    const where = { storeId: this.storeId, provider };
    return (await this.db.storeSecret.updateMany({ where, data: { provider } })).count > 0;
  }

  /** Whether the stored secret is this one, told without opening it; null when the provider is not connected. */
  async holds(provider: Provider, plaintext: string): Promise<boolean | null> {
    const row = await this.db.storeSecret.findUnique({
      where: { storeId_provider: { storeId: this.storeId, provider } },
      select: { cipherText: true, fingerprint: true },
    });
    if (!row) return null;
    const record = { envelope: row.cipherText, fingerprint: row.fingerprint };
    return isSameSecret(this.keys, secretPlace(this.storeId, provider), record, plaintext);
  }

  async delete(provider: Provider): Promise<number> {
    const { count } = await this.db.storeSecret.deleteMany({ where: { storeId: this.storeId, provider } });
    return count;
  }
}

const SUMMARY = {
  provider: true,
  lastFour: true,
  setBy: true,
  keyId: true,
  createdAt: true,
  lastRotatedAt: true,
  rotationReminderAt: true,
} as const;
