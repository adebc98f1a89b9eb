/**
 * DAMAGED  what is stored is not what was made
 * FOREIGN  of another app, environment or engine
 * NEWER    of a later version of Backroom
 * KEY      no identity at hand opens it
 * MISSING  there is no such backup
 * TARGET   the database it should go into is not as it must be; nothing of it was touched
 * TOOL     pg_dump or pg_restore is missing or failed
 * UNPROVEN restored, and not compared with the backup
 * STORE    the folder or the bucket does not take or give
 */
export type BackupErrorCode =
  "DAMAGED" | "FOREIGN" | "NEWER" | "KEY" | "MISSING" | "TARGET" | "TOOL" | "UNPROVEN" | "STORE";

/** Why a backup cannot be made, trusted or restored; `message` is a sentence for a person. */
export class BackupError extends Error {
  readonly name = "BackupError";
  constructor(
    readonly code: BackupErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
