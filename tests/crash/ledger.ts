/** What was promised and what came of it, as lines in files outside of the database. */
import { closeSync, existsSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

export type Attempt = { webhookId: string; pid: number; at: number; attempts: number };

export class Ledger {
  readonly attemptsFile: string;
  readonly #acknowledgedFile: string;
  readonly #effectsFile: string;
  readonly #acknowledged: number;

  constructor(folder: string, name: string) {
    this.attemptsFile = join(folder, `${name}.attempts`);
    this.#acknowledgedFile = join(folder, `${name}.acknowledged`);
    this.#effectsFile = join(folder, `${name}.effects`);
    this.#acknowledged = openSync(this.#acknowledgedFile, "a");
  }

  acknowledge(webhookId: string) {
    writeSync(this.#acknowledged, `${webhookId}\n`);
  }

  /** Writes every effect as a line into a file, and compares the files. */
  async compare(databaseUrl: string): Promise<Comparison> {
    const effects = await query<{ webhookId: string }>(databaseUrl, `SELECT "webhookId" FROM "CrashEffect"`);
    writeFileSync(this.#effectsFile, effects.map(({ webhookId }) => `${webhookId}\n`).join(""));
    const [dead] = await query<{ count: string }>(
      databaseUrl,
      `SELECT count(*) FROM "WebhookEvent" WHERE "status" = 'DEAD'`,
    );
    closeSync(this.#acknowledged);

    const acknowledged = new Set(lines(this.#acknowledgedFile));
    const seen = new Map<string, number>();
    for (const id of lines(this.#effectsFile)) seen.set(id, (seen.get(id) ?? 0) + 1);
    return {
      acknowledged: acknowledged.size,
      effects: effects.length,
      lost: [...acknowledged].filter((id) => !seen.has(id)),
      duplicates: [...seen].filter(([, times]) => times > 1).map(([id]) => id),
      strangers: [...seen.keys()].filter((id) => !acknowledged.has(id)),
      attempts: this.attempts().length,
      dead: Number(dead!.count),
    };
  }

  attempts(): Attempt[] {
    return lines(this.attemptsFile).map((line) => {
      const [webhookId, pid, at, attempts] = line.split(" ") as [string, string, string, string];
      return { webhookId, pid: Number(pid), at: Number(at), attempts: Number(attempts) };
    });
  }
}

export type Comparison = {
  /** Different ids that somebody said 200 to */
  acknowledged: number;
  /** Lines; one for each effect */
  effects: number;
  /** Acknowledged and without effect */
  lost: string[];
  /** With more than one effect */
  duplicates: string[];
  /** Effects of what nobody sent, or nobody acknowledged */
  strangers: string[];
  /** Times that a handler began; those beyond the effects were rolled back */
  attempts: number;
  dead: number;
};

/**
 * Until nothing waits any more. What failed while the database was away would be tried again after ten seconds, then
 * forty: here it is at once, as an operator's replay would have it.
 */
export async function settled(databaseUrl: string) {
  let least = Infinity;
  for (let lastProgress = Date.now(); ; await sleep(500)) {
    const [open] = await query<{ count: string }>(
      databaseUrl,
      `SELECT count(*) FROM "WebhookEvent" WHERE "status" IN ('RECEIVED', 'PROCESSING', 'FAILED')`,
    );
    const count = Number(open!.count);
    if (count === 0) return;
    if (count < least) [least, lastProgress] = [count, Date.now()];
    if (Date.now() - lastProgress > STUCK_MS) throw new Error(`${count} events stay open.`);
    await query(
      databaseUrl,
      `UPDATE "WebhookEvent" SET "nextAttemptAt" = now() AT TIME ZONE 'UTC' WHERE "status" = 'FAILED'`,
    );
  }
}

/** Longer than any lease, and than the eight short ones of a poison pill. */
const STUCK_MS = 120_000;

export async function query<T extends object>(
  databaseUrl: string,
  text: string,
  values: unknown[] = [],
): Promise<T[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(text, values)).rows;
  } finally {
    await client.end();
  }
}

function lines(file: string): string[] {
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
}
