/** `npm run prisma:derive`: prisma/schema.sqlite.prisma from prisma/schema.prisma, the canonical Postgres schema. */
import { readFileSync, writeFileSync } from "node:fs";
import { command } from "~/platform/command.server";
import { withLineFeeds } from "./line-ends";

const CANONICAL = "prisma/schema.prisma";
const DERIVED = "prisma/schema.sqlite.prisma";

const HEADER = `// Derived from schema.prisma by \`npm run prisma:derive\`. Do not edit: your change would be lost.\n\n`;

const HELP = `npm run prisma:derive [-- --check]

Writes ${DERIVED} from ${CANONICAL}.
  --check   writes nothing
Exit code: 0 done; 1 with --check, where the file is not what would be written.`;

export const main = command({
  name: "npm run prisma:derive",
  help: HELP,
  options: { check: "flag" },
  run: async ({ values }, _, { out, err }) => {
    if (values.check) {
      if (isDerived()) return 0;
      err(`${DERIVED} is not up to date. Run: npm run prisma:derive`);
      return 1;
    }
    writeFileSync(DERIVED, deriveSqliteSchema(read(CANONICAL)));
    out(`Wrote ${DERIVED}`);
    return 0;
  },
});

/** Whether the file on disk is what would be written. */
export function isDerived(): boolean {
  return read(DERIVED) === deriveSqliteSchema(read(CANONICAL));
}

function read(path: string): string {
  return withLineFeeds(readFileSync(path, "utf8"));
}

/** The SQLite twin of a Postgres schema: another provider, another output, and no native column types. */
export function deriveSqliteSchema(canonical: string): string {
  const models = canonical.slice(canonical.indexOf("generator client"));
  return (
    HEADER +
    models
      .replace(`provider = "postgresql"`, `provider = "sqlite"`)
      .replace(`"./generated/postgres"`, `"./generated/sqlite"`)
      .replace(/ +@db\.\w+(\([^)]*\))?/g, "")
  );
}
