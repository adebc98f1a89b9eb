/**
 * What a backup is, beside its archive: readable by anybody (`file.sha256` is what sha256sum prints), and once more inside
 * `seal`, encrypted as the archive is. Who changes the first without the second is found out, and so is a manifest beside
 * another file than its own.
 */
import { readdirSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { Engine } from "~/platform/db/database-url";
import { decryptedText } from "./age";
import { BackupError } from "./backup-error";
import { few } from "./few";

const digest = z.strictObject({ bytes: z.int().nonnegative(), sha256: z.string().regex(/^[0-9a-f]{64}$/) });

const manifestSchema = z.strictObject({
  format: z.literal(1),
  app: z.literal("backroom"),
  /** The version of Backroom that made it */
  appVersion: z.string(),
  environment: z.string(),
  engine: z.enum(["postgres", "sqlite"]),
  number: z.int().positive(),
  createdAt: z.iso.datetime(),
  /** The newest migration that is applied in it; null for a SQLite file that was only ever pushed */
  migration: z.string().nullable(),
  /** Versions of the server and of the tool that made the archive */
  server: z.string(),
  tool: z.string(),
  /** Postgres: whose tables these are; a manifest of before it was one alone has none */
  schema: z.string().optional(),
  /** Postgres: what the tables need of the database that they are restored into, and in which schema */
  extensions: z.array(z.strictObject({ name: z.string(), schema: z.string() })).optional(),
  /** Postgres: what no restore takes; `id` is its entry in the archive's list, where it has one */
  leftOut: z.array(z.strictObject({ id: z.int().optional(), what: z.string() })).optional(),
  tables: z.record(z.string(), z.strictObject({ rows: z.int().nonnegative(), hash: z.string() })),
  /** What pg_restore or SQLite reads */
  archive: digest,
  /** What is stored */
  file: digest,
});

export type Manifest = z.infer<typeof manifestSchema>;

const FORMAT = 1;
/** Far more than thousands of tables need */
const MAX_CHARACTERS = 5_000_000;

export async function writeManifest(
  manifest: Manifest,
  encrypt: (text: string) => Promise<Uint8Array>,
): Promise<string> {
  const seal = Buffer.from(await encrypt(JSON.stringify(manifest))).toString("base64");
  return `${JSON.stringify({ ...manifest, seal }, null, 2)}\n`;
}

/**
 * Without a key: enough to list, and to see whether a file is whole.
 * @throws {BackupError} when it is no manifest of ours, or of a later format
 */
export function parseManifest(text: string, name: string): { manifest: Manifest; seal: Buffer } {
  const damaged = (what: string) => new BackupError("DAMAGED", `The manifest ${name} is damaged: ${what}.`);
  if (text.length > MAX_CHARACTERS) throw damaged("it is far too long");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged("it is not JSON");
  }
  const { app, format } = (value ?? {}) as { app?: unknown; format?: unknown };
  if (typeof app === "string" && app !== "backroom")
    throw new BackupError("FOREIGN", `${name} is of another app ("${app.slice(0, 40)}").`);
  if (typeof format === "number" && format > FORMAT)
    throw new BackupError(
      "NEWER",
      `${name} is of a later version of Backroom; restore it with that version.`,
    );
  const parsed = manifestSchema.extend({ seal: z.base64() }).safeParse(value);
  if (!parsed.success) throw damaged(`"${parsed.error.issues[0]?.path.join(".")}" is not as it must be`);
  const { seal, ...manifest } = parsed.data;
  return { manifest, seal: Buffer.from(seal, "base64") };
}

/** @throws {BackupError} when nothing opens the seal, or when it holds another manifest */
export async function proveManifest(
  { manifest, seal }: ReturnType<typeof parseManifest>,
  identities: string[],
  name: string,
): Promise<void> {
  const sealed: unknown = JSON.parse(await decryptedText(seal, identities, `The seal of ${name}`));
  if (!isDeepStrictEqual(sealed, { ...manifest }))
    throw new BackupError(
      "DAMAGED",
      `The manifest ${name} was changed after the backup was made: its sealed copy says something else.`,
    );
}

/** @throws {BackupError} when it is not for this installation, or this version is too old for it */
export function refuseForeign(
  manifest: Manifest,
  expected: { environment: string; engine: Engine },
  name: string,
) {
  if (manifest.engine !== expected.engine)
    throw new BackupError(
      "FOREIGN",
      `${name} is a backup of ${ENGINE_NAMES[manifest.engine]}, and DATABASE_URL names ${ENGINE_NAMES[expected.engine]}.`,
    );
  if (manifest.environment !== expected.environment)
    throw new BackupError(
      "FOREIGN",
      `${name} is from the environment "${manifest.environment}", and BACKUP_ENVIRONMENT is "${expected.environment}". To restore it here all the same, set BACKUP_ENVIRONMENT=${manifest.environment} for this one command.`,
    );
  if (manifest.migration && !knownMigrations(manifest.engine).includes(manifest.migration))
    throw new BackupError(
      "NEWER",
      `${name} has the migration ${manifest.migration}, which this version of Backroom does not know. Restore it with the version that made it (${manifest.appVersion}) or a later one.`,
    );
}

/** Not of the schema itself, its comment and its grants: these are the database's, and a restore keeps them. */
export function describeLeftOut({ leftOut = [] }: Manifest): string[] {
  const left = leftOut
    .map(({ what }) => what)
    .filter((what) => !/^(SCHEMA|COMMENT|DEFAULT ACL|ACL -) /.test(what));
  return left.length
    ? [`Not in the backup, because it is another schema's or role's, or needs what is: ${few(left)}.`]
    : [];
}

export const ENGINE_NAMES = { postgres: "Postgres", sqlite: "SQLite" } as const;

export function knownMigrations(engine: Engine): string[] {
  const folder = engine === "sqlite" ? "prisma/migrations-sqlite" : "prisma/migrations";
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

export function appVersion(): string {
  return (JSON.parse(readFileSync("package.json", "utf8")) as { version: string }).version;
}
