/** Whether what must go goes: of the sweeps that were no dry run. */
import { Gauge } from "prom-client";
import { databaseNow } from "~/platform/db/clock.server";
import { database } from "~/platform/db/database.server";
import { registry } from "~/platform/metrics.server";
import { POLICY_NAMES } from "./retention";
import { RetentionRunRepository } from "./retention-run.repository.server";

const registers = [registry];

/** Read from the database when it is asked for. Once per process. */
export function watchRetention() {
  new Gauge({
    name: "backroom_retention_backlog_rows",
    help: "Rows past their time that the last sweep left behind; 1,000,000 stands for that many or more",
    labelNames: ["policy"],
    registers,
    async collect() {
      const reports = await lastReports();
      for (const policy of POLICY_NAMES) this.set({ policy }, reports.get(policy)?.backlog ?? 0);
    },
  });

  new Gauge({
    name: "backroom_retention_oldest_seconds",
    help: "Age of the oldest row that the last sweep should have deleted and did not; 0 when it left none",
    labelNames: ["policy"],
    registers,
    async collect() {
      const now = (await databaseNow(await database())).getTime();
      const reports = await lastReports();
      for (const policy of POLICY_NAMES) {
        const { backlog = 0, oldestAt } = reports.get(policy) ?? {};
        this.set({ policy }, backlog && oldestAt ? Math.max(0, (now - Date.parse(oldestAt)) / 1000) : 0);
      }
    },
  });

  new Gauge({
    name: "backroom_retention_last_success_timestamp_seconds",
    help: "When a sweep last ended with nothing left to delete; 0 when none ever has",
    registers,
    async collect() {
      const run = await new RetentionRunRepository(await database()).findLast("COMPLETE");
      this.set(seconds(run?.finishedAt));
    },
  });

  new Gauge({
    name: "backroom_retention_last_run_timestamp_seconds",
    help: "When a sweep last ended, however it did; 0 when none ever has",
    registers,
    async collect() {
      const run = await new RetentionRunRepository(await database()).findLast();
      this.set(seconds(run?.finishedAt));
    },
  });
}

async function lastReports() {
  const run = await new RetentionRunRepository(await database()).findLast();
  return new Map(run?.policies.map((report) => [report.name, report]));
}

function seconds(at: Date | null | undefined): number {
  return at ? at.getTime() / 1000 : 0;
}
