import { existsSync } from "node:fs";
import { dirname } from "node:path";
import type { Io } from "~/platform/command.server";
import { parseDatabaseUrl } from "~/platform/db/database-url";
import { ConfigurationError, databaseEnvironment, type Source } from "~/platform/env.server";
import { UNUSED_URL } from "./cli-database";

/** The SQLite file of DATABASE_URL, which need not be there yet, or the one for development where that names none. */
export function sqliteAddress(env: Source, io: Io): { url: string; file: string } {
  const given = databaseEnvironment(env, UNUSED_URL.sqlite).databaseUrl;
  const url = given.startsWith("file:") ? given : UNUSED_URL.sqlite;
  if (url !== given) io.out(`DATABASE_URL is not a file; using ${url}`);
  const { file } = parseDatabaseUrl(url) as { file: string };
  if (!existsSync(dirname(file)))
    throw new ConfigurationError([`DATABASE_URL names ${file}, and that folder is not there.`]);
  return { url, file };
}

/** Options as they were given, for another program. */
export function asArguments(values: Record<string, string | true | undefined>): string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === true ? `--${name}` : [`--${name}`, value!],
  );
}
