import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectDatabase } from "~/platform/db/client.server";
import { childEnvironment } from "~/platform/env.server";
import { createKeyPair } from "../support/backups";
import { startS3 } from "../support/s3";
import { orderBody } from "../support/webhook-requests";
import type { BenchDatabases } from "./databases";
import { goal } from "./webhooks/goal";
import { fillInbox } from "./webhooks/inbox-rows";

/**
 * The drill, with the commands of an operator: dump, encrypt, upload and read back; then download, check, decrypt, restore into
 * an empty database and compare every table. The S3 server runs in this process, on the same cores.
 */
export async function benchBackup(databases: BenchDatabases, rows: number) {
  const source = await databases.create("postgres", "bench_backup");
  const target = await databases.create("postgres", "bench_restored");
  const db = await connectDatabase(source, { maxConnections: 2 });
  await fillInbox((text, values) => db.$executeRawUnsafe(text, ...values), {
    count: rows,
    status: "SUCCEEDED",
    payload: smallOrder(),
  });
  await db.$executeRawUnsafe(`VACUUM (ANALYZE) "WebhookEvent"`);
  const [{ mb }] = await db.$queryRawUnsafe<[{ mb: number }]>(
    `SELECT pg_database_size(current_database())::float8 / 1e6 AS mb`,
  );
  await db.$disconnect();

  const s3 = await startS3();
  const keys = await createKeyPair();
  const folder = mkdtempSync(join(tmpdir(), "backroom-drill-"));
  const environment = (url: string) => ({
    ...{ DATABASE_URL: url, DIRECT_URL: "", BACKUP_ENVIRONMENT: "drill", BACKUP_FOLDER: folder },
    ...{ BACKUP_RECIPIENT: keys.recipient, BACKUP_IDENTITY: keys.identity, BACKUP_IDENTITY_FILE: "" },
    ...s3.environment,
    // Not by the proxy in front of it, which holds every body in memory
    BACKUP_S3_ENDPOINT: s3.direct,
  });
  console.log(
    `\nBackup drill, postgres: ${rows.toLocaleString("en-US")} webhook deliveries, ${Math.round(mb)} MB`,
  );
  const backup = await timed("backup", environment(source));
  const file = readdirSync(folder).find((name) => name.endsWith(".age"))!;
  const restore = await timed("restore", environment(target), `${s3.place}${file}`);
  goal(
    "from the first byte dumped to the last table compared",
    backup.seconds + restore.seconds,
    "≤",
    60,
    " s",
  );
  goal("of memory at the peak", Math.max(backup.peakMb, restore.peakMb), "≤", 150, " MB");
  await s3.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Of 600 bytes or so: the fields of an order up to its prices. */
function smallOrder(): object {
  return Object.fromEntries(Object.entries(orderBody(0)).slice(0, 17));
}

async function timed(command: "backup" | "restore", environment: Record<string, string>, ...args: string[]) {
  const startedAt = performance.now();
  // As package.json runs it: its flags keep the memory down.
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };
  const [, ...script] = scripts[command]!.split(" ");
  const child = spawn(process.execPath, [...script, ...args], {
    env: childEnvironment(environment),
    stdio: ["ignore", "pipe", "inherit"],
  });
  child.stdout.on("data", (chunk) =>
    process.stdout.write(String(chunk).replace(/^/gm, "  ").trimEnd() + "\n"),
  );
  let peakMb = 0;
  const sampling = setInterval(() => (peakMb = Math.max(peakMb, peakOf(child.pid!))), 50);
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  clearInterval(sampling);
  if (code !== 0) throw new Error(`npm run ${command} ended with ${code}.`);
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(`  npm run ${command}: ${seconds.toFixed(1)} s, ${Math.round(peakMb)} MB at the peak`);
  return { seconds, peakMb };
}

/** The kernel's own high-water mark, so that no peak is missed between two looks. */
function peakOf(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
