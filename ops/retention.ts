/** `npm run retention`: what POST /cron/retention does (cron-command.ts has the options and exit codes). */
import type { PolicyReport } from "~/features/retention/retention";
import { sweep, type RetentionReport } from "~/features/retention/sweep.server";
import { retentionEnvironment } from "~/platform/env.server";
import { cronCommand, listCounts, number, rotationLines } from "./cron-command";

export const main = cronCommand({
  name: "retention",
  purpose: "Deletes what is past its time.",
  rival: "Another sweep or a backup",
  prepare: (env) => {
    const { retentionDays: days } = retentionEnvironment(env);
    return ({ progress, ...run }, query) =>
      sweep({ ...run, days, onProgress: (policies) => progress(() => listCounts(deleted(policies))) }, query);
  },
  lines: ({ dryRun, policies, rotationReminders }: RetentionReport) => [
    ...policies.map((policy) => policyLine(policy, dryRun)),
    ...rotationLines(rotationReminders),
  ],
});

function deleted(policies: PolicyReport[]): Record<string, number> {
  return Object.fromEntries(policies.map(({ name, deleted }) => [name, deleted]));
}

function policyLine(policy: PolicyReport, dryRun: boolean): string {
  const { name, cutoff, deleted, kept, keptOldestAt, backlog, oldestAt, note, error } = policy;
  const facts = [
    `${number(deleted)} ${dryRun ? "would be deleted" : "deleted"}`,
    kept && `${number(kept)} older ones kept, the oldest of ${keptOldestAt}`,
    !dryRun && backlog && `${number(backlog)} left, the oldest of ${oldestAt}`,
    ...[note, error],
  ].filter(Boolean);
  return `${name.padEnd(20)} ${cutoff ? `before ${cutoff}: ` : ""}${facts.join("; ")}`;
}
