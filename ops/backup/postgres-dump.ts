import { once } from "node:events";
import { PassThrough } from "node:stream";
import { quotedName } from "~/platform/db/postgres-schema";
import type { Source } from "~/platform/env.server";
import type { Bytes, MakeArchive } from "./archive";
import { leftOutOf, parseList, type Entry, type LeftOut } from "./archive-list";
import { BackupError } from "./backup-error";
import { libpqEnvironment, schemaName } from "./postgres-address";
import { withClient } from "./postgres-client";
import { appliedMigrations, fingerprintPostgres, inSnapshot } from "./postgres-fingerprint";
import { findNeeds } from "./postgres-needs";
import {
  listElsewhere,
  listOwners,
  listRelations,
  refuseUnreadable,
  tablesOf,
  type Relation,
} from "./postgres-scope";
import { runTool, toolVersion } from "./tool";

/**
 * `pg_dump --format=custom --no-owner` of what is Backroom's, so that its role can restore it. The fingerprints are taken while
 * it runs and in the snapshot that it dumps, so writers may go on.
 */
export const dumpPostgres: MakeArchive = async (databaseUrl, { write, variables, signal }) => {
  const tool = await toolVersion("pg_dump", { variables, signal });
  const schema = schemaName(databaseUrl);
  return withClient(databaseUrl, (client) =>
    inSnapshot(client, async () => {
      const { rows } = await client.query<{ snapshot: string; server: string }>(
        "SELECT pg_export_snapshot() AS snapshot, 'PostgreSQL ' || current_setting('server_version') AS server",
      );
      const { snapshot, server } = rows[0]!;
      const migration = (await appliedMigrations(client)).at(-1) ?? null;
      const relations = await listRelations(client, [schema]);
      refuseUnreadable(relations);
      const owners = await listOwners(client, relations);
      const elsewhere = await listElsewhere(client, schema, relations);
      const needs = await findNeeds(client, schema, { relations, owners });
      const excluded = relations.filter((relation) => !relation.ours || needs.views.includes(relation));
      const args = [
        ...["--format=custom", "--no-owner", "--no-password", `--snapshot=${snapshot}`],
        ...["--no-publications", "--no-subscriptions", `--schema=${quotedName(schema)}`],
        ...excluded.map(({ quoted }) => `--exclude-table=${quoted}`),
      ];
      const listed = tablesOf(relations);
      const [tables, list] = await bothOrNeither(signal, (stop) => [
        fingerprintPostgres(client, listed),
        dumpAndList(args, { variables, env: libpqEnvironment(databaseUrl), signal: stop, write }),
      ]);
      const entries = parseList(list, [schema]);
      const leftOut = [
        ...[...elsewhere, ...excluded].map(({ kind, name, owner }) => ({ what: `${kind} ${name} ${owner}` })),
        ...leftOutOf(entries, owners, needs),
      ];
      proveComplete(entries, listed, leftOut);
      const { extensions } = needs;
      return { migration, server, tool, schema, extensions, leftOut, tables };
    }),
  );
};

type DumpOptions = {
  variables: Source;
  env: Source;
  signal: AbortSignal;
  write: (archive: Bytes) => Promise<void>;
};

/** The archive goes to `write` and past pg_restore, whose list of it is returned. */
async function dumpAndList(args: string[], { write, ...options }: DumpOptions): Promise<string> {
  const copy = new PassThrough();
  // pg_restore hangs up once it has read the list.
  copy.on("error", () => {});
  let list = "";
  const listing = runTool("pg_restore", ["--list"], {
    ...{ ...options, input: copy },
    output: async (bytes) => {
      for await (const part of bytes) list += Buffer.from(part).toString();
    },
  });
  const hungUp = listing.catch(() => {}).then(() => copy.destroy());
  async function* copied(bytes: Bytes): Bytes {
    for await (const chunk of bytes) {
      if (!copy.destroyed && !copy.write(chunk))
        await Promise.race([once(copy, "drain").catch(() => {}), once(copy, "close"), hungUp]);
      yield chunk;
    }
    copy.end();
  }
  try {
    await runTool("pg_dump", args, { ...options, output: (bytes) => write(copied(bytes)) });
  } catch (error) {
    copy.destroy();
    await hungUp;
    throw error;
  }
  await listing;
  return list;
}

/** What was stored is a backup only if a restore finds every table in it. */
function proveComplete(entries: Entry[], tables: Relation[], leftOut: LeftOut) {
  const left = new Set(leftOut.map(({ id }) => id));
  const taken = new Set(entries.filter(({ id }) => !left.has(id)).map(({ kind, rest }) => `${kind} ${rest}`));
  for (const { relname, owner } of tables) {
    const name = relname.replace(/[\r\n]/g, " ");
    for (const kind of ["TABLE", "TABLE DATA"])
      if (!taken.has(`${kind} ${name} ${owner}`))
        throw new BackupError("TOOL", `pg_dump left out the table ${name} of the role ${owner}.`);
  }
}

/** The first failure stops the other, and is the one that is told. */
async function bothOrNeither<A, B>(
  signal: AbortSignal,
  start: (stop: AbortSignal) => [Promise<A>, Promise<B>],
): Promise<[A, B]> {
  const failed = new AbortController();
  const work = start(AbortSignal.any([signal, failed.signal]));
  for (const part of work) part.catch(() => failed.abort());
  try {
    return await Promise.all(work);
  } finally {
    await Promise.allSettled([work[1]]);
  }
}
