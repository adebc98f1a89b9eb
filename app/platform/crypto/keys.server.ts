import { environment } from "../env.server";
import { localKeyProvider, type KeyProvider, type Keyring } from "./keyring.server";
import { kmsKeyProvider, type KmsKeys } from "./kms.server";

/** At least one of the two seals: platform/env.server.ts sees to it. */
export type KeySources = {
  keyring: Keyring | undefined;
  /** `seals` is false while its keys only open what they sealed before a move back to the keyring. */
  kms: (KmsKeys & { seals: boolean }) | undefined;
};

let provider: KeyProvider | undefined;

/** This process's keys, from KMS_KEY_ID and ENCRYPTION_KEY. */
export function keyProvider(): KeyProvider {
  return (provider ??= createKeyProvider(environment().secrets));
}

/** The KMS seals if KMS_KEY_ID is set, the keyring's first key otherwise; what either of them sealed opens. */
export function createKeyProvider({ keyring, kms }: KeySources): KeyProvider {
  const local = localKeyProvider(keyring ?? []);
  if (!kms) return local;
  // A clock that nobody sets: a data key must not live longer because the time was put back.
  const remote = kmsKeyProvider(kms, { now: () => performance.now() });
  return {
    current: () => (kms.seals ? remote : local).current(),
    // What KMS sealed carries its wrapped data key; what the keyring sealed carries none.
    open: (id, wrapped) => (wrapped ? remote : local).open(id, wrapped),
  };
}
