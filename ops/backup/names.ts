/** backroom-production-postgres-000042-20261123T181500Z.dump.age, and its manifest with .json after that. */
import type { Engine } from "~/platform/db/database-url";

export type BackupName = {
  environment: string;
  engine: Engine;
  /** Counts the backups of one environment; unlike a clock it only goes forward */
  number: number;
  createdAt: Date;
};

const ENDINGS = { postgres: "dump", sqlite: "sqlite" } as const;
const PATTERN =
  /^backroom-([a-z0-9-]+)-(postgres|sqlite)-(\d{6,15})-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.(dump|sqlite)\.age$/;

export function fileName({ environment, engine, number, createdAt }: BackupName): string {
  const stamp = createdAt.toISOString().replace(/\.\d+|[-:]/g, "");
  return `backroom-${environment}-${engine}-${String(number).padStart(6, "0")}-${stamp}.${ENDINGS[engine]}.age`;
}

/** Null when it is not the name of a backup: whatever else lies there is left alone. */
export function parseFileName(file: string): BackupName | null {
  const [, environment, engine, number, year, month, day, hour, minute, second, ending] =
    PATTERN.exec(file) ?? [];
  if (!environment || ENDINGS[engine as Engine] !== ending) return null;
  const createdAt = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(createdAt.getTime())) return null;
  return { environment, engine: engine as Engine, number: Number(number), createdAt };
}

/** Whether a backup may be called that: by a name of ours, only the one that says what it is. */
export function isNameFor(
  file: string,
  backup: Omit<BackupName, "createdAt"> & { createdAt: string },
): boolean {
  const { environment, engine, number, createdAt } = backup;
  const own = fileName({ environment, engine, number, createdAt: new Date(createdAt) });
  return parseFileName(file) === null || file === own;
}

export function manifestName(file: string): string {
  return `${file}.json`;
}
