/** What is stored about one provider, opened for the one call that needs it. */
import { findSettings } from "~/features/settings/settings.server";
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import type { Queryable } from "~/platform/db/client.server";
import type { Connection } from "./connection";
import { readCredential, writeCredential } from "./credential";
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
