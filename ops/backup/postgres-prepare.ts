/** What a database must have and allow before a backup is restored into it; all of it is looked at before it is touched. */
import type pg from "pg";
import type { CheckedBackup } from "./check-backup";
import { schemasOf, takenFrom, type Entry } from "./archive-list";
import { BackupError } from "./backup-error";
import { few } from "./few";
import { listRelations } from "./postgres-scope";

export type Prepared = {
  entries: Entry[];
  /** Statements that undo what had to be made, the last first */
  undo: string[];
};

/** @throws {BackupError} TARGET when the role cannot replace what is there, or cannot make what is missing */
export async function prepareTarget(
  client: pg.Client,
  { manifest, list }: Pick<CheckedBackup, "manifest" | "list">,
  options: { noPrivileges?: boolean },
): Promise<Prepared> {
  const schemas = schemasOf(manifest);
  const taken = takenFrom(list, manifest, options);
  await refuseForeignTables(client, schemas, taken);
  const entries = await withoutTypesOfOthers(client, schemas, taken);
  const undo: string[] = [];
  const make = async (what: string, name: string, statement: string) => {
    await makeMissing(client, what, name, statement);
    undo.unshift(`DROP ${what.toUpperCase()} ${quoted(name)}`);
  };
  try {
    for (const schema of [...schemas, ...(manifest.extensions ?? []).map((extension) => extension.schema)])
      if (await lacks(client, "pg_namespace", "nspname", schema))
        await make("schema", schema, `CREATE SCHEMA ${quoted(schema)}`);
    await refuseClosedSchemas(client, schemas);
    for (const { name, schema } of manifest.extensions ?? [])
      if (await lacks(client, "pg_extension", "extname", name))
        await make("extension", name, `CREATE EXTENSION ${quoted(name)} SCHEMA ${quoted(schema)}`);
  } catch (error) {
    await undoAll(client, undo);
    throw error;
  }
  return { entries, undo };
}

export async function undoAll(client: pg.Client, statements: string[]): Promise<void> {
  for (const statement of statements) await client.query(statement);
}

async function refuseForeignTables(client: pg.Client, schemas: string[], taken: Entry[]) {
  const { rows } = await client.query<{ oid: string }>(
    `SELECT c.oid::text AS oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ANY ($1) AND NOT pg_has_role(c.relowner, 'USAGE')`,
    [schemas],
  );
  const others = new Set(rows.map(({ oid }) => oid));
  const foreign = (await listRelations(client, schemas)).filter(
    ({ oid, relname, kind }) =>
      others.has(oid) && taken.some((entry) => entry.kind === kind && entry.rest.startsWith(`${relname} `)),
  );
  if (!foreign.length) return;
  const owners = [...new Set(foreign.map(({ owner }) => `"${owner}"`))];
  throw new BackupError(
    "TARGET",
    `${few(foreign.map(({ name }) => name))} would be replaced, and the role of the address does not own it: the owner is ${few(owners)}. Restore as that role (DIRECT_URL), or into an empty database.`,
  );
}

/** A type that is there and another role's is used as it is. */
async function withoutTypesOfOthers(client: pg.Client, schemas: string[], taken: Entry[]): Promise<Entry[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT typname AS name FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
     WHERE n.nspname = ANY ($1) AND typrelid = 0 AND NOT pg_has_role(typowner, 'USAGE')`,
    [schemas],
  );
  const isTheirs = (rest: string, quote = "") =>
    rows.some(({ name }) => rest.startsWith(`${quote}${name}${quote} `));
  return taken.filter(({ kind, rest }) => {
    if (kind === "TYPE" || kind === "DOMAIN") return !isTheirs(rest);
    const [, of] = (/^(COMMENT|ACL)$/.test(kind) && /^(?:TYPE|DOMAIN) (.*)$/.exec(rest)) || [];
    return of === undefined || !(isTheirs(of) || isTheirs(of, '"'));
  });
}

async function refuseClosedSchemas(client: pg.Client, schemas: string[]) {
  const { rows } = await client.query<{ name: string; role: string }>(
    `SELECT nspname AS name, current_user AS role FROM pg_namespace
     WHERE nspname = ANY ($1) AND NOT has_schema_privilege(oid, 'CREATE')`,
    [schemas],
  );
  const [closed] = rows;
  if (!closed) return;
  throw new BackupError(
    "TARGET",
    `The role "${closed.role}" may not create tables in the schema "${closed.name}". Give it the right: GRANT CREATE ON SCHEMA ${quoted(closed.name)} TO ${quoted(closed.role)};`,
  );
}

async function lacks(client: pg.Client, catalogue: string, column: string, name: string): Promise<boolean> {
  const { rows } = await client.query(`SELECT FROM ${catalogue} WHERE ${column} = $1`, [name]);
  return rows.length === 0;
}

async function makeMissing(client: pg.Client, what: string, name: string, statement: string) {
  try {
    await client.query(statement);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    // Not allowed, not on this server, or not in this version of it
    if (!/^(42501|58P01|0A000|42704|55000)$/.test(code ?? "")) throw error;
    throw new BackupError(
      "TARGET",
      `The backup needs the ${what} "${name}", which the database lacks and its role cannot make (${message}). Have a superuser run: ${statement};`,
      { cause: error },
    );
  }
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
