/** `npm run prisma:migrate:new -- --name add_something`: writes the next Postgres migration. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command } from "~/platform/command.server";
import { databaseEnvironment, type Source } from "~/platform/env.server";
import { UNUSED_URL } from "./cli-database";
import { difference, MigrationError, parseName, writeMigration } from "./migrations";

/** Locks are waited for briefly, so that a migration never queues the shop's writers behind it. */
const HEADER = `-- (say why)\nSET lock_timeout = '2s';\nSET statement_timeout = '30s';\n\n`;

const HELP = `npm run prisma:migrate:new -- --name <words_in_snake_case>

Writes the next Postgres migration: what schema.prisma has and the migrations have not. Applies nothing. Needs a server for
scratch databases: the one of DATABASE_URL, or one from npm that it starts and stops.
Exit code: 0 written, or nothing to write; 1 it could not be computed; 2 wrong arguments or configuration.`;

export const main = command({
  name: "npm run prisma:migrate:new",
  help: HELP,
  options: { name: "value" },
  expected: [MigrationError],
  exitCode: (error) => (error instanceof MigrationError ? 1 : undefined),
  run: async ({ values }, env, io) => {
    const name = parseName(values.name);
    const sql = await withServer(env, (url) => difference("postgres", url, { env, io }));
    if (!sql) {
      io.out("schema.prisma has nothing that the migrations have not.");
      return 0;
    }
    const { file } = writeMigration("postgres", name, HEADER + sql);
    io.out(`Wrote ${file}. Read it, say why at its top, then: npm run prisma:squawk`);
    return 0;
  },
});

async function withServer<T>(env: Source, work: (url: string) => Promise<T>): Promise<T> {
  const { databaseUrl } = databaseEnvironment(env, UNUSED_URL.sqlite);
  if (databaseUrl.startsWith("postgres")) return work(databaseUrl);
  const { startPostgres } = await import("../dev/postgres");
  const folder = mkdtempSync(join(tmpdir(), "backroom-migration-"));
  const server = await startPostgres(folder);
  try {
    return await work(server.url);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
