/** Whether what must run by itself has run: the sweep, the tests of connections, the reminders. */
import { DueRepository } from "~/features/connections/due.repository.server";
import { rotationReminders } from "~/features/connections/rotation-reminders.server";
import { RetentionRunRepository } from "~/features/retention/retention-run.repository.server";
import type { Db } from "~/platform/db/client.server";
import { formatSpan } from "~/platform/time-span";
import type { Context, DatabaseCheck } from "./context";
import { count, few, found, type Found } from "./finding";
import { before, HOUR_MS, rowsNow } from "./rows-now";

/** The sweep is a nightly one; a second night without it is no accident. */
const SWEEP_MS = 50 * HOUR_MS;
const REFRESH_MS = 26 * HOUR_MS;

export const schedules: DatabaseCheck = async (db, context) => {
  const now = await rowsNow(db, context);
  return [...(await sweeps(db, now, context)), ...(await connections(db, now))];
};

async function sweeps(db: Db, now: Date, { isProduction }: Context): Promise<Found[]> {
  const last = await new RetentionRunRepository(db).findLast();
  // On the first two days of an installation there was nothing to sweep yet.
  const firstStore = await db.store.findFirst({
    ...{ orderBy: { createdAt: "asc" as const }, select: { createdAt: true } },
  });
  const since = last?.startedAt ?? firstStore?.createdAt;
  const findings: Found[] = [];
  if (since && since < before(now, SWEEP_MS))
    findings.push(
      found(
        isProduction ? "mend" : "warning",
        "SWEEP_OVERDUE",
        last
          ? `The last sweep of old data was ${formatSpan(now.getTime() - since.getTime())} ago.`
          : "Old data was never swept.",
        'Schedule POST /cron/retention or npm run retention every night (ops/RUNBOOK.md, "Cron").',
      ),
    );
  if (last?.outcome === "FAILED") {
    const failed = last.policies.filter(({ error }) => error).map(({ name }) => name);
    findings.push(
      found(
        "warning",
        "SWEEP_FAILED",
        `The last sweep failed${failed.length ? ` at ${few(failed)}` : ""}.`,
        "Run npm run retention and read what it says.",
      ),
    );
  }
  if (last?.outcome === "INCOMPLETE")
    findings.push(
      found(
        "note",
        "SWEEP_INCOMPLETE",
        `The last sweep was cut by its time and left ${count(last.backlog, "row")}.`,
        "If this stays so, give it more time (budgetMs) or run it more often.",
      ),
    );
  return findings;
}

async function connections(db: Db, now: Date): Promise<Found[]> {
  const late = await new DueRepository(db).countTests(before(now, REFRESH_MS));
  const overdue = (await rotationReminders(db, now)).filter((reminder) => reminder.overdue);
  return [
    ...(late
      ? [
          found(
            "warning",
            "REFRESH_OVERDUE",
            `${count(late, "connection")} should have been tested more than a day ago.`,
            'Schedule POST /cron/refresh or npm run refresh every hour (ops/RUNBOOK.md, "Cron").',
          ),
        ]
      : []),
    ...(overdue.length
      ? [
          found(
            "warning",
            "ROTATION_DUE",
            `${count(overdue.length, "credential")} should have been replaced by now: ${few(overdue.map(({ shopDomain, provider }) => `${provider} of ${shopDomain}`))}.`,
            "The merchant replaces it under Settings, Connections.",
          ),
        ]
      : []),
  ];
}
