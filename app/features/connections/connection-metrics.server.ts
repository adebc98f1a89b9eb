/** Connections that do not work, over all stores: a wave of them is a provider's trouble, or ours. */
import { Gauge } from "prom-client";
import { database } from "~/platform/db/database.server";
import { registry } from "~/platform/metrics.server";
import { DueRepository } from "./due.repository.server";
import { PROVIDERS } from "./provider";

/** Once per process. */
export function watchConnections() {
  new Gauge({
    name: "backroom_connection_failures",
    help: "Connections of installed shops whose last test failed",
    labelNames: ["provider"],
    registers: [registry],
    async collect() {
      const failing = await new DueRepository(await database()).countFailing();
      for (const provider of PROVIDERS) this.set({ provider }, failing.get(provider) ?? 0);
    },
  });
}
