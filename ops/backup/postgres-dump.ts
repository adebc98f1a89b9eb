import type { MakeArchive } from "./archive";
import { DEFAULT_SCHEMA } from "~/platform/db/postgres-address";
import { quotedName } from "~/platform/db/postgres-schema";
import { libpqEnvironment, schemaName } from "./postgres-address";
import { withClient } from "./postgres-client";
import { appliedMigrations, fingerprintPostgres, inSnapshot } from "./postgres-fingerprint";
import { runTool, toolVersion } from "./tool";

/**
 * `pg_dump --format=custom --no-owner`. The fingerprints are taken while it runs and in the snapshot that it dumps, so
 * writers may go on.
 */
export const dumpPostgres: MakeArchive = async (databaseUrl, { write, variables, signal }) => {
  const tool = await toolVersion("pg_dump", { variables, signal });
  return withClient(databaseUrl, (client) =>
    inSnapshot(client, async () => {
      const { rows } = await client.query<{ snapshot: string; server: string }>(
        "SELECT pg_export_snapshot() AS snapshot, 'PostgreSQL ' || current_setting('server_version') AS server",
      );
      const { snapshot, server } = rows[0]!;
      const migration = (await appliedMigrations(client)).at(-1) ?? null;
      const [tables] = await bothOrNeither(signal, (stop) => [
        fingerprintPostgres(client),
        runTool("pg_dump", [...ARGUMENTS, ...onlyOf(databaseUrl), `--snapshot=${snapshot}`], {
          variables,
          env: libpqEnvironment(databaseUrl),
          signal: stop,
          output: write,
        }),
      ]);
      return { migration, server, tool, tables };
    }),
  );
};

const ARGUMENTS = ["--format=custom", "--no-owner", "--no-password"];

/** Another environment may have its tables in the same database. */
function onlyOf(databaseUrl: string): string[] {
  const schema = schemaName(databaseUrl);
  return schema === DEFAULT_SCHEMA ? [] : [`--schema=${quotedName(schema)}`];
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
