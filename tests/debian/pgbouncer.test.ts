import { spawn, type ChildProcess } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OrderFlagRepository } from "~/features/orders/order-flag.repository.server";
import { StoreRepository } from "~/features/stores/store.repository.server";
import { connectDatabase, inTransaction, type Db } from "~/platform/db/client.server";
import { databaseNow } from "~/platform/db/clock.server";
import { migrationState } from "~/platform/db/migration-state.server";
import { createTestDatabase, type TestDatabase } from "../support/databases";
import freePort from "../support/free-port";
import { insertTenant, T0 } from "../support/tenant-rows";

describe("through PgBouncer in transaction mode", () => {
  let database: TestDatabase;
  let pooler: ChildProcess;
  let url: string;
  const clients: Db[] = [];

  beforeAll(async () => {
    database = await createTestDatabase("postgres");
    const direct = new URL(database.url);
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), "backroom-pgbouncer-"));
    const config = join(folder, "pgbouncer.ini");
    writeFileSync(join(folder, "users.txt"), `"${direct.username}" "${direct.password}"\n`);
    writeFileSync(
      config,
      `[databases]\n* = host=127.0.0.1 port=${direct.port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = ${port}\nauth_type = plain\nauth_file = ${folder}/users.txt\npool_mode = transaction\ndefault_pool_size = 5\nmax_client_conn = 500\nunix_socket_dir =\n`,
    );
    // PgBouncer refuses to run as root; Debian's package brings the user postgres along.
    const asRoot = process.getuid?.() === 0;
    if (asRoot) {
      const { uid, gid } = lookup("postgres");
      for (const path of [folder, config, join(folder, "users.txt")]) chownSync(path, uid, gid);
      chmodSync(folder, 0o755);
    }
    pooler = spawn("pgbouncer", [...(asRoot ? ["-u", "postgres"] : []), config], { stdio: "ignore" });
    direct.port = String(port);
    url = direct.href;
    for (let attempt = 0; ; attempt++) {
      try {
        clients.push(
          await connectDatabase(url, { maxConnections: 25 }),
          await connectDatabase(url, { maxConnections: 25 }),
        );
        break;
      } catch (error) {
        if (attempt === 50) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  });

  afterAll(async () => {
    await Promise.all(clients.map((client) => client.$disconnect()));
    pooler?.kill("SIGTERM");
    await database?.drop();
  });

  it("serves ten thousand queries of fifty connections over five servers without an error", async () => {
    const tenant = await insertTenant(clients[0]!, "pooled");
    const errors: unknown[] = [];
    let answered = 0;
    const worker = async (db: Db) => {
      for (let i = 0; i < 200; i++) {
        const { items } = await new OrderFlagRepository(db, tenant.storeId).list({ rule: "HIGH_VALUE" });
        answered += items.length;
      }
    };
    const workers = Array.from({ length: 50 }, (_, i) =>
      worker(clients[i % 2]!).catch((error: unknown) => errors.push(error)),
    );
    await Promise.all(workers);
    expect({ errors, answered }).toEqual({ errors: [], answered: 10_000 });
  });

  it("keeps transactions whole", async () => {
    const work = (n: number) =>
      inTransaction(clients[n % 2]!, async (tx) => {
        await new StoreRepository(tx).upsertInstalled(`tx-${n}.myshopify.com`, "", T0);
        if (n % 3 === 0) throw new Error("no");
      }).catch(() => undefined);
    await Promise.all(Array.from({ length: 30 }, (_, n) => work(n)));
    expect(await clients[0]!.store.count({ where: { shopDomain: { startsWith: "tx-" } } })).toBe(20);
  });

  it("tells the time and the state of the migrations", async () => {
    expect(Math.abs((await databaseNow(clients[0]!)).getTime() - Date.now())).toBeLessThan(2_000);
    expect(await migrationState(clients[0]!)).toEqual({ state: "current" });
  });
});

function lookup(user: string): { uid: number; gid: number } {
  const entry = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((line) => line.startsWith(`${user}:`));
  const [, , uid, gid] = entry?.split(":") ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}
