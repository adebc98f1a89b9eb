import { environment } from "../env.server";
import { localKeyProvider, type KeyProvider } from "./keyring.server";

let provider: KeyProvider | undefined;

/** This process's keys, from ENCRYPTION_KEY. */
export function keyProvider(): KeyProvider {
  const { secrets } = environment();
  return (provider ??= localKeyProvider(secrets.keyring));
}
