/** Which key the seed seals with, and the sealing itself. */
import { seal, type SecretPlace } from "~/platform/crypto/envelope.server";
import { localKeyProvider, parseKeyring, type KeyProvider } from "~/platform/crypto/keyring.server";
import { createKeyProvider } from "~/platform/crypto/keys.server";
import { keyEnvironment, type Source } from "~/platform/env.server";

/**
 * For a laptop without a .env. It is public, so it protects nothing: whoever starts the app on a database that was
 * sealed with it needs this value as ENCRYPTION_KEY, and production refuses it.
 */
export const DEVELOPMENT_ENCRYPTION_KEY = "development:YmFja3Jvb20tZGV2ZWxvcG1lbnQta2V5LW5vdC1zYWY=";

export type SeedKeys = { keys: KeyProvider; published: boolean };

/**
 * The app's own keys: the KMS if KMS_KEY_ID is set, else the keyring of ENCRYPTION_KEY.
 * @throws {SeedRefusal} when ENCRYPTION_KEY is unusable, or missing in production
 * @throws {ConfigurationError} when KMS_KEY_ID is unusable
 */
export function seedKeys(env: Source): SeedKeys {
  if (env.KMS_KEY_ID) return { keys: createKeyProvider(keyEnvironment(env)), published: false };
  const keyring = env.ENCRYPTION_KEY;
  if (!keyring && env.NODE_ENV === "production")
    throw new SeedRefusal("ENCRYPTION_KEY is not set; in production the seed seals with the app's own key.");
  const parsed = parseKeyring(keyring || DEVELOPMENT_ENCRYPTION_KEY);
  if (typeof parsed === "string") throw new SeedRefusal(`ENCRYPTION_KEY ${parsed}`);
  return { keys: localKeyProvider(parsed), published: !keyring };
}

/** The envelope of a secret. The IV is random: it is the one part of a row that differs per run. */
export async function sealed(keys: KeyProvider, place: SecretPlace, plaintext: string): Promise<string> {
  return (await seal(keys, place, plaintext)).envelope;
}

/** The seed will not do this; `message` is one sentence that says what to do. */
export class SeedRefusal extends Error {
  readonly name = "SeedRefusal";
  readonly code = "SEED_REFUSED";
}
