/** What Prometheus asks for. Features count in their own files, on this registry. */
import { Gauge, Registry } from "prom-client";
import { database } from "./db/database.server";

export const registry = new Registry();

new Gauge({
  name: "backroom_database_connections",
  help: "Connections of this process's pool to Postgres, and requests that wait for one",
  labelNames: ["state"],
  registers: [registry],
  async collect() {
    const { pool } = await database();
    if (!pool) return;
    this.set({ state: "busy" }, pool.totalCount - pool.idleCount);
    this.set({ state: "idle" }, pool.idleCount);
    this.set({ state: "waited_for" }, pool.waitingCount);
  },
});
