/**
 * Writes prisma/schema.sqlite.prisma from prisma/schema.prisma, the canonical Postgres schema.
 * `--check` writes nothing and exits 1 when the file on disk is not what would be written.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const CANONICAL = fileURLToPath(new URL("./schema.prisma", import.meta.url));
const DERIVED = fileURLToPath(new URL("./schema.sqlite.prisma", import.meta.url));

const HEADER = `// Derived from schema.prisma by \`npm run prisma:derive\`. Do not edit: your change would be lost.\n\n`;

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

function main() {
  const derived = deriveSqliteSchema(readFileSync(CANONICAL, "utf8"));
  if (!process.argv.includes("--check")) {
    writeFileSync(DERIVED, derived);
    console.log("Wrote prisma/schema.sqlite.prisma");
  } else if (readFileSync(DERIVED, "utf8") !== derived) {
    console.error("prisma/schema.sqlite.prisma is not up to date. Run: npm run prisma:derive");
    process.exit(1);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
