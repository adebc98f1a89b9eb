/**
 * Encryption to public keys, in the format of age (https://age-encryption.org/v1): whoever makes backups cannot read them, and
 * `age -d` can without us. In chunks of 64 KiB, each authenticated, so a file of any size needs little memory, and a changed
 * or shortened one does not decrypt.
 */
import { ReadableStream } from "node:stream/web";
import { Decrypter, Encrypter } from "age-encryption";
import { ConfigurationError } from "~/platform/env.server";
import { BackupError } from "./backup-error";

type Bytes = AsyncIterable<Uint8Array>;
/** The same class; the library names the type of the browser's. */
type WebStream = globalThis.ReadableStream<Uint8Array>;

export type Encrypt = {
  stream: (source: Bytes) => AsyncGenerator<Uint8Array>;
  text: (text: string) => Promise<Uint8Array>;
};

/** @throws {ConfigurationError} when a recipient is none, before anything is read */
export function encryptTo(recipients: string[]): Encrypt {
  if (!recipients.length)
    throw new ConfigurationError([
      "BACKUP_RECIPIENT is not set; it is the public key of age that backups are encrypted to. Make a pair with: age-keygen -o backup.key",
    ]);
  const encrypter = new Encrypter();
  for (const recipient of recipients)
    try {
      encrypter.addRecipient(recipient);
    } catch {
      throw new ConfigurationError([
        `BACKUP_RECIPIENT: ${recipient} is not a public key of age; look for a typing error.`,
      ]);
    }
  return {
    async *stream(source) {
      // By pulling: Readable.toWeb would read far ahead, and hold in memory what it read.
      yield* (await encrypter.encrypt(ReadableStream.from(source) as WebStream)) as unknown as Bytes;
    },
    text: (text) => encrypter.encrypt(text),
  };
}

/** Throws what `describe` makes of the library's errors. */
export async function* decrypted(
  source: Bytes,
  identities: string[],
  name: string,
): AsyncGenerator<Uint8Array> {
  try {
    yield* (await decrypter(identities).decrypt(
      ReadableStream.from(source) as WebStream,
    )) as unknown as Bytes;
  } catch (error) {
    throw describe(error, name);
  }
}

/** @throws {BackupError} KEY when no identity opens it, DAMAGED when it is not what was sealed */
export async function decryptedText(sealed: Uint8Array, identities: string[], name: string): Promise<string> {
  try {
    return await decrypter(identities).decrypt(sealed, "text");
  } catch (error) {
    throw describe(error, name);
  }
}

function decrypter(identities: string[]): Decrypter {
  const decrypter = new Decrypter();
  for (const identity of identities)
    try {
      decrypter.addIdentity(identity);
    } catch {
      throw new ConfigurationError(["BACKUP_IDENTITY is not a secret key of age; look for a typing error."]);
    }
  return decrypter;
}

/** The library has no classes of errors, and one sentence for "another key". */
function describe(error: unknown, name: string): unknown {
  if (error instanceof ConfigurationError || error instanceof BackupError) return error;
  const { code } = error as NodeJS.ErrnoException;
  // A file or a network that fails is no damage of what is stored.
  if (code || (error instanceof Error && error.name === "AbortError")) return error;
  if (/no identity matched/i.test(String(error)))
    return new BackupError(
      "KEY",
      `${name} was encrypted to another key: none of the identities in BACKUP_IDENTITY opens it.`,
    );
  return new BackupError("DAMAGED", `${name} is damaged: it does not decrypt (${firstLine(error)}).`);
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0]!;
}
