/** `npm run secrets:rewrap` (ops/RUNBOOK.md, "Keys"). */
import { countByKey, rewrap, type RewrapReport } from "~/features/rewrap/rewrap.server";
import { command, STOPPED, type Arguments, type Io } from "~/platform/command.server";
import { createKeyProvider, type KeySources } from "~/platform/crypto/keys.server";
import { KeyServiceError } from "~/platform/crypto/kms-errors.server";
import type { Db } from "~/platform/db/client.server";
import { databaseEnvironment, keyEnvironment } from "~/platform/env.server";
import { progress } from "../prisma/seed/progress";
import { withDatabase } from "./database";

/** Of refused records that are named; the rest is a number. */
const NAMED = 20;
const OPTIONS = { "dry-run": "flag", all: "flag" } as const;

export const main = command({
  name: "npm run secrets:rewrap",
  help: `Usage: npm run secrets:rewrap [-- --dry-run | --all]

Seals everything again under the current key (ops/RUNBOOK.md, "Keys"). After an interruption, run it again.
  --dry-run  count, and change nothing
  --all      with a KMS: also what older data keys of the same KMS key sealed

0    everything is under the current key (or, dry run: it was counted)
1    something is left: records that do not open, or that others keep writing under an old key
2    it could not run to its end: arguments, configuration, database or KMS; what was done stays done
130  stopped by SIGINT or SIGTERM, after the batch that it was in`,
  options: OPTIONS,
  run: ({ values }, env, io) => {
    const sources = keyEnvironment(env);
    const { databaseUrl, directUrl, maxConnections } = databaseEnvironment(env);
    return withDatabase(directUrl ?? databaseUrl, { maxConnections }, (db) => run(db, sources, values, io));
  },
  expected: [KeyServiceError],
});

async function run(db: Db, sources: KeySources, options: Arguments<typeof OPTIONS>["values"], io: Io) {
  const keys = createKeyProvider(sources);
  const { id } = await keys.current();
  if (options["dry-run"]) return printCounts(db, id, io);
  const waiting = (await countByKey(db)).filter(({ keyId }) => options.all || keyId !== id);
  const bar = progress(io, sumOf(waiting), "secrets");
  const startedAt = performance.now();
  const report = await rewrap(db, keys, { all: options.all, signal: io.signal, onProgress: bar.done });
  bar.stop();
  printReport(report, (performance.now() - startedAt) / 1000, io);
  if (report.stopped) return STOPPED;
  await printUnused(db, sources, id, io);
  return report.remaining ? 1 : 0;
}

function sumOf(counts: { count: number }[]): number {
  return counts.reduce((sum, { count }) => sum + count, 0);
}

async function printCounts(db: Db, currentId: string, { out }: Io): Promise<number> {
  const counts = await countByKey(db);
  for (const { column, keyId, count } of counts)
    out(`${column}: ${count} ${underKey(keyId)}${keyId === currentId ? ", the current one" : ""}`);
  const waiting = sumOf(counts.filter(({ keyId }) => keyId !== currentId));
  out(`${waiting} of ${sumOf(counts)} wait to be sealed under the current key, "${currentId}".`);
  out("Nothing was changed.");
  return 0;
}

function underKey(keyId: string): string {
  return keyId ? `under the key "${keyId}"` : "that name no key";
}

function printReport(report: RewrapReport, seconds: number, { out, err }: Io) {
  const { rewrapped, refused, remaining, stopped } = report;
  const total = Object.values(rewrapped).reduce((sum, count) => sum + count, 0);
  for (const [column, count] of Object.entries(rewrapped)) out(`${column}: ${count} sealed again`);
  const rate = Math.round(total / seconds).toLocaleString("en-US");
  out(`${total} in ${seconds.toFixed(1)} s (${rate}/s), ${remaining} not under the current key.`);
  for (const { column, id, reason } of refused.slice(0, NAMED))
    err(`${column} of the row ${id} was left as it is: ${reason}`);
  if (refused.length > NAMED) err(`…and ${refused.length - NAMED} more.`);
  if (stopped) err("Stopped. Run it again to go on.");
  else if (remaining > refused.length)
    err("Others are still writing under an older key. Give every process the new one, and run it again.");
}

/** Which keys nothing in this database needs any more. Backups may: they were sealed with what was current then. */
async function printUnused(db: Db, { keyring, kms }: KeySources, currentId: string, { out }: Io) {
  const used = new Set((await countByKey(db)).map(({ keyId }) => keyId));
  const idle = (keyring ?? []).map(({ id }) => id).filter((id) => id !== currentId && !used.has(id));
  const kmsIdle = ![...used].some((id) => id.startsWith("kms-") && id !== currentId);
  const idleNames = kms && kmsIdle ? kms.names.slice(kms.seals ? 1 : 0) : [];
  if (idle.length)
    out(`Nothing here is under ${idle.join(", ")} any more; ENCRYPTION_KEY may drop it, ${KEEP}`);
  if (idleNames.length)
    out(`Nothing here is under ${idleNames.join(", ")} any more; KMS_KEY_ID_PREVIOUS may drop it, ${KEEP}`);
}

const KEEP = "but keep it while you keep backups from before.";
