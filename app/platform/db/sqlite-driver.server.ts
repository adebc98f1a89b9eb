import { createRequire } from "node:module";
import { DatabaseUnavailableError } from "./errors.server";

/**
 * Proves that the installed SQLite driver is the one for this Node (prisma/sqlite-driver.mjs): the wrong one would end the
 * process with a segmentation fault at its first use.
 * @throws {DatabaseUnavailableError} with the command that installs the right one
 */
export function assertSqliteDriverFits(
  { napi = "0", node }: { napi?: string; node: string } = process.versions,
  installed: { version: string } = installedDriver(),
) {
  const needsNodeApi10 = !installed.version.startsWith("12.");
  if (needsNodeApi10 === Number(napi) >= 10) return;
  throw new DatabaseUnavailableError(
    `The SQLite driver was installed by another version of Node than ${node}. Install it again with: npm ci`,
  );
}

function installedDriver(): { version: string } {
  return createRequire(import.meta.url)("better-sqlite3/package.json") as { version: string };
}
