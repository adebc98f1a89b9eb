import { ConfigurationError, environment } from "../env.server";
import { localKeyProvider, type KeyProvider } from "./keyring.server";

let provider: KeyProvider | undefined;

/** This process's keys, from ENCRYPTION_KEY. */
export function keyProvider(): KeyProvider {
  const { env, secrets } = environment();
  if (env.kmsKeyId)
    throw new ConfigurationError([
      "KMS_KEY_ID is set, but this version only has the local keyring (ENCRYPTION_KEY); remove it.",
    ]);
  return (provider ??= localKeyProvider(secrets.keyring));
}
