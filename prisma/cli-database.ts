/** Which database the Prisma CLI works on: that of DATABASE_URL, which `--schema` must fit. Read by prisma.config.ts. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { parseDatabaseUrl, type Engine } from "../app/platform/db/database-url";
import { ConfigurationError, databaseEnvironment, type Source } from "../app/platform/env.server";
import { isPushed } from "./sqlite-file";

/** The CLI wants a URL of the schema's own engine even where it opens no database. */
export const UNUSED_URL: Record<Engine, string> = {
  sqlite: "file:./prisma/dev.sqlite",
  postgres: "postgresql://localhost/unused",
};

const NAMES: Record<Engine, string> = { sqlite: "SQLite", postgres: "Postgres" };

/**
 * @param argv the arguments of the CLI
 * @throws {ConfigurationError} where a command that opens a database was given none, or a schema of the other engine
 */
export function chooseDatabase(argv: string[], env: Source) {
  const schema = schemaOption(argv);
  const wanted = schema && engineOf(schema);
  if (!opensDatabase(argv))
    return databaseEnvironment(
      { ...env, ...(wanted && { DATABASE_URL: UNUSED_URL[wanted] }) },
      UNUSED_URL.sqlite,
    );

  const chosen = databaseEnvironment(env);
  const { engine } = parseDatabaseUrl(chosen.databaseUrl);
  if (wanted && wanted !== engine)
    throw new ConfigurationError([
      `DATABASE_URL is an address of ${NAMES[engine]}, and ${schema} is the schema of ${NAMES[wanted]}; change the one or leave --schema away.`,
    ]);
  return chosen;
}

/**
 * `migrate deploy` fails on a file that was pushed: at once (P3005), or at its first table after `db push --force-reset`, which
 * leaves an empty log, and then with a failed migration in it.
 * @throws {ConfigurationError}
 */
export async function assertDeployable(argv: string[], file: string): Promise<void> {
  if (argv[0] === "migrate" && argv[1] === "deploy" && (await isPushed(file)))
    throw new ConfigurationError([
      `${file} was made by prisma:db-push:sqlite and has no migration history; npm run prisma:migrate:sqlite gives it one and keeps its rows.`,
    ]);
}

/** What `prisma db seed` runs: the source, or where that is not, as in an image, the bundle that `npm run build` made of it. */
export function seedCommand(folder: string): string {
  return existsSync(`${folder}/prisma/seed.ts`)
    ? "node --import ./prisma/register-ts-loader.mjs prisma/seed.ts"
    : "node ops/run.mjs prisma/seed";
}

function opensDatabase(argv: string[]): boolean {
  return (
    ["migrate", "db", "studio"].includes(argv[0] ?? "") && !argv.some((arg) => /^(-h|--help)$/.test(arg))
  );
}

function schemaOption(argv: string[]): string | undefined {
  const at = argv.findIndex((arg) => /^--schema(=|$)/.test(arg));
  return at < 0 ? undefined : (/=(.*)/.exec(argv[at]!)?.[1] ?? argv[at + 1]);
}

/** Undefined where there is no such file, or it is of neither engine: Prisma says what is wrong with it. */
function engineOf(schema: string): Engine | undefined {
  if (!statSync(schema, { throwIfNoEntry: false })?.isFile()) return undefined;
  const [, provider] =
    /^datasource\s[^}]*?\bprovider\s*=\s*"(\w+)"/m.exec(readFileSync(schema, "utf8")) ?? [];
  if (provider === "sqlite") return "sqlite";
  return provider === "postgresql" ? "postgres" : undefined;
}
