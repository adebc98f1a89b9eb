/** What the installation owes under the compliance topics: also of shops that are gone, whose merchants see no page. */
import { Gauge } from "prom-client";
import { databaseNow } from "~/platform/db/clock.server";
import { database } from "~/platform/db/database.server";
import { registry } from "~/platform/metrics.server";
import { countOpen, countOverdue } from "./compliance.server";

/** Once per process. */
export function watchCompliance() {
  new Gauge({
    name: "backroom_compliance_requests",
    help: "Compliance requests that are not closed, and those of them whose 30 days are over",
    labelNames: ["state"],
    registers: [registry],
    async collect() {
      const db = await database();
      this.set({ state: "open" }, await countOpen(db));
      this.set({ state: "overdue" }, await countOverdue(db, await databaseNow(db)));
    },
  });
}
