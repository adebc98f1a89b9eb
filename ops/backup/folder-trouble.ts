import { BackupError } from "./backup-error";

/** What the system says of a folder that takes nothing, as a sentence that says what to do; whatever else it is, as it is. */
export function describeFolderTrouble(error: unknown, folder: string): unknown {
  const { code = "", syscall = "" } = (error ?? {}) as NodeJS.ErrnoException;
  // Programs and sockets are refused in the same words.
  if (/^(spawn|connect)/.test(syscall)) return error;
  if (/^(ENOSPC|EDQUOT|SQLITE_FULL)$/.test(code))
    return new BackupError(
      "STORE",
      `There is no space left for backups in ${folder}. Free some, or set BACKUP_FOLDER to a folder on another disk.`,
      { cause: error },
    );
  if (/^(EACCES|EPERM|EROFS|ENOTDIR|EEXIST)$/.test(code))
    return new BackupError(
      "STORE",
      `The folder ${folder} cannot be written to (${code}). Set BACKUP_FOLDER to a folder that this user may write to.`,
      { cause: error },
    );
  return error;
}
