import type { BackupError } from "./backup-error";
import type { CheckedBackup } from "./check-backup";
import type { Fingerprints } from "./fingerprint";
import type { Manifest } from "./manifest";

/** The database that a backup is to go into. */
export type Target = {
  /** For sentences: the database "backroom" at db:5432 */
  name: string;
  /** Tables that have rows, of whatever kind */
  filled: string[];
  /** Why it cannot take this backup, whoever says yes */
  refusal: (manifest: Manifest) => BackupError | undefined;
  /** All of it or nothing */
  replace: (backup: CheckedBackup) => Promise<void>;
  fingerprint: () => Promise<Fingerprints>;
};
