/** What is stored about one provider, opened for the one call that needs it. */
import { findSettings } from "~/features/settings/settings.server";
import { EnvelopeError } from "~/platform/crypto/envelope.server";
import { KeyUnavailableError, type KeyProvider } from "~/platform/crypto/keyring.server";
import type { Queryable } from "~/platform/db/client.server";
import { log } from "~/platform/log.server";
import type { Connection } from "./connection";
import { CredentialUnreadableError, readCredential, writeCredential } from "./credential";
import type { Provider } from "./provider";
import { StoreSecretRepository } from "./store-secret.repository.server";

/** A provider whose secret is there and whose settings are not, or the other way round, is not connected: null. */
export async function findConnection(
  { db, storeId, keys }: { db: Queryable; storeId: string; keys: KeyProvider },
  provider: Provider,
): Promise<Connection | null> {
  const [plaintext, settings] = await Promise.all([
    new StoreSecretRepository(db, storeId, keys).reveal(provider),
    findSettings(db, storeId),
  ]);
  const config = settings?.connectionMetadata[provider];
  if (plaintext === null || !config) return null;
  return { provider, config, credential: readCredential(provider, plaintext) } as Connection;
}

export function isSameConnection(a: Connection | null, b: Connection | null): boolean {
  return JSON.stringify(a && parts(a)) === JSON.stringify(b && parts(b));
}

const parts = ({ provider, config, credential }: Connection) => [
  provider,
  config,
  writeCredential(credential),
];

/** A credential that will never open again must not keep the merchant from storing a new one. */
export async function findOpenableConnection(
  context: Parameters<typeof findConnection>[0],
  provider: Provider,
): Promise<Connection | null> {
  try {
    return await findConnection(context, provider);
  } catch (error) {
    if (!isLostForGood(error)) throw error;
    log.error({ err: error, provider }, "a stored credential does not open");
    return null;
  }
}

/** No key, no KMS and no time will ever open it. */
export function isLostForGood(error: unknown): boolean {
  return (
    error instanceof CredentialUnreadableError ||
    error instanceof EnvelopeError ||
    (error instanceof KeyUnavailableError && error.code === "KEY_UNAVAILABLE")
  );
}
