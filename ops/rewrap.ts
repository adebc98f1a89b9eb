/**
 * `npm run secrets:rewrap [-- --dry-run | --all]`: seals everything again under the current key (ops/RUNBOOK.md, "Keys").
 * Run it again after whatever stopped it.
 *
 * 0    everything is under the current key (or, dry run: it was counted)
 * 1    something is left: records that do not open, or that others keep writing under an old key
 * 2    it could not run to its end: configuration, database or KMS; what was done stays done
 * 130  stopped by SIGINT or SIGTERM, after the batch it was in
 */
import { parseArgs } from "node:util";
import { countByKey, rewrap, type RewrapReport } from "~/features/rewrap/rewrap.server";
import { createKeyProvider, type KeySources } from "~/platform/crypto/keys.server";
import { KeyServiceError } from "~/platform/crypto/kms-errors.server";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import {
  DatabaseUnavailableError,
  describeDatabaseError,
  isDatabaseUnavailable,
} from "~/platform/db/errors.server";
import { ConfigurationError, databaseEnvironment, keyEnvironment } from "~/platform/env.server";
import { progress } from "../prisma/seed/progress";

const USAGE = "Usage: npm run secrets:rewrap [-- --dry-run | --all]";
/** Of refused records that are named; the rest is a number. */
const NAMED = 20;

async function main(): Promise<number> {
  const options = readOptions();
  const sources = keyEnvironment();
  const keys = createKeyProvider(sources);
  const { databaseUrl, directUrl, maxConnections } = databaseEnvironment();
  const url = directUrl ?? databaseUrl;
  const db = await connectDatabase(url, { maxConnections });
  try {
    const { id } = await keys.current();
    if (options["dry-run"]) return await tellCounts(db, id);
    const before = await countByKey(db);
    const waiting = before.filter(({ keyId }) => options.all || keyId !== id);
    const total = waiting.reduce((sum, { count }) => sum + count, 0);
    const bar = progress(total, "secrets");
    const startedAt = performance.now();
    const report = await rewrap(db, keys, { all: options.all, signal: stopSignal(), onProgress: bar.done });
    bar.stop();
    tell(report, (performance.now() - startedAt) / 1000);
    if (report.stopped) return 130;
    await tellUnused(db, sources, id);
    return report.remaining ? 1 : 0;
  } catch (error) {
    throw isDatabaseUnavailable(error) ? describeDatabaseError(error, url) : error;
  } finally {
    await db.$disconnect();
  }
}

function readOptions() {
  try {
    return parseArgs({ options: { "dry-run": { type: "boolean" }, all: { type: "boolean" } } }).values;
  } catch {
    throw new ConfigurationError([USAGE]);
  }
}

/** The first signal stops after the batch, a second one at once. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}

async function tellCounts(db: Db, currentId: string): Promise<number> {
  const counts = await countByKey(db);
  for (const { column, keyId, count } of counts)
    console.log(`${column}: ${count} ${underKey(keyId)}${keyId === currentId ? ", the current one" : ""}`);
  const total = (some: typeof counts) => some.reduce((sum, { count }) => sum + count, 0);
  const waiting = total(counts.filter(({ keyId }) => keyId !== currentId));
  console.log(`${waiting} of ${total(counts)} wait to be sealed under the current key, "${currentId}".`);
  console.log("Nothing was changed.");
  return 0;
}

function underKey(keyId: string): string {
  return keyId ? `under the key "${keyId}"` : "that name no key";
}

function tell({ rewrapped, refused, remaining, stopped }: RewrapReport, seconds: number) {
  const total = Object.values(rewrapped).reduce((sum, count) => sum + count, 0);
  for (const [column, count] of Object.entries(rewrapped)) console.log(`${column}: ${count} sealed again`);
  const rate = Math.round(total / seconds).toLocaleString("en-US");
  console.log(`${total} in ${seconds.toFixed(1)} s (${rate}/s), ${remaining} not under the current key.`);
  for (const { column, id, reason } of refused.slice(0, NAMED))
    console.error(`${column} of the row ${id} was left as it is: ${reason}`);
  if (refused.length > NAMED) console.error(`…and ${refused.length - NAMED} more.`);
  if (stopped) console.error("Stopped. Run it again to go on.");
  else if (remaining > refused.length)
    console.error(
      "Others are still writing under an older key. Give every process the new one, and run it again.",
    );
}

/** Which keys nothing in this database needs any more. Backups may: they were sealed with what was current then. */
async function tellUnused(db: Db, { keyring, kms }: KeySources, currentId: string) {
  const used = new Set((await countByKey(db)).map(({ keyId }) => keyId));
  const idle = (keyring ?? []).map(({ id }) => id).filter((id) => id !== currentId && !used.has(id));
  const kmsIdle = ![...used].some((id) => id.startsWith("kms-") && id !== currentId);
  const idleNames = kms && kmsIdle ? kms.names.slice(kms.seals ? 1 : 0) : [];
  if (idle.length)
    console.log(`Nothing here is under ${idle.join(", ")} any more; ENCRYPTION_KEY may drop it, ${KEEP}`);
  if (idleNames.length)
    console.log(
      `Nothing here is under ${idleNames.join(", ")} any more; KMS_KEY_ID_PREVIOUS may drop it, ${KEEP}`,
    );
}

const KEEP = "but keep it while you keep backups from before.";

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const expected =
      error instanceof ConfigurationError ||
      error instanceof DatabaseUnavailableError ||
      error instanceof KeyServiceError;
    console.error(expected ? error.message : error);
    process.exit(2);
  },
);
