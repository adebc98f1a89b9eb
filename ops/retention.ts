/** `npm run retention`: what POST /cron/retention does (cron-command.ts says with which options and exit codes). */
import type { PolicyReport } from "~/features/retention/retention";
import { sweep, type RetentionReport } from "~/features/retention/sweep.server";
import { retentionEnvironment } from "~/platform/env.server";
import { listCounts, number, runCronCommand, tellRotations } from "./cron-command";

runCronCommand({
  name: "retention",
  rival: "Another sweep or a backup",
  prepare: () => {
    const { retentionDays: days } = retentionEnvironment();
    return ({ progress, ...run }, query) =>
      sweep({ ...run, days, onProgress: (policies) => progress(() => listCounts(deleted(policies))) }, query);
  },
  tell,
});

function deleted(policies: PolicyReport[]): Record<string, number> {
  return Object.fromEntries(policies.map(({ name, deleted }) => [name, deleted]));
}

function tell({ dryRun, policies, rotationReminders }: RetentionReport) {
  for (const { name, cutoff, deleted, kept, keptOldestAt, backlog, oldestAt, note, error } of policies) {
    const facts = [
      `${number(deleted)} ${dryRun ? "would be deleted" : "deleted"}`,
      kept && `${number(kept)} older ones kept, the oldest of ${keptOldestAt}`,
      !dryRun && backlog && `${number(backlog)} left, the oldest of ${oldestAt}`,
      ...[note, error],
    ].filter(Boolean);
    console.log(`${name.padEnd(20)} ${cutoff ? `before ${cutoff}: ` : ""}${facts.join("; ")}`);
  }
  tellRotations(rotationReminders);
}
