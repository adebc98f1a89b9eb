/** Debian's PgBouncer (1.18 in bookworm) in transaction mode, in front of every database of a server. */
import { spawn } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { administer } from "./postgres";
import freePort from "./free-port";

export type Pooler = {
  /** The server's address, by way of the pooler */
  url: string;
  stop: () => Promise<void>;
};

/** @param poolSize server connections per database; transactions beyond wait their turn */
export async function startPgBouncer(serverUrl: string, poolSize: number): Promise<Pooler> {
  const url = new URL(serverUrl);
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "backroom-pgbouncer-"));
  const [config, users] = [join(folder, "pgbouncer.ini"), join(folder, "users.txt")];
  writeFileSync(users, `"${url.username}" "${url.password}"\n`);
  writeFileSync(
    config,
    `[databases]
* = host=127.0.0.1 port=${url.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
auth_type = plain
auth_file = ${users}
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 1000
server_idle_timeout = 5
server_login_retry = 1
unix_socket_dir =
`,
  );
  // PgBouncer refuses to run as root; Debian's package brings the user postgres along.
  const asRoot = process.getuid?.() === 0;
  if (asRoot) {
    const { uid, gid } = accountOf("postgres");
    for (const path of [folder, config, users]) chownSync(path, uid, gid);
    chmodSync(folder, 0o755);
  }
  const child = spawn("/usr/sbin/pgbouncer", ["-q", ...(asRoot ? ["-u", "postgres"] : []), config], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let printed = "";
  child.stderr.on("data", (chunk) => (printed += String(chunk)));
  const ended = new Promise((resolve) => child.once("close", resolve));
  url.port = String(port);
  for (let attempt = 0; ; attempt++) {
    try {
      await administer(url.href, "SELECT 1");
      break;
    } catch (error) {
      if (attempt === 100) throw new Error(`PgBouncer does not answer:\n${printed}`, { cause: error });
      await sleep(50);
    }
  }
  return {
    url: url.href,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Of /etc/passwd */
export function accountOf(user: string): { uid: number; gid: number } {
  const entry = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((line) => line.startsWith(`${user}:`));
  const [, , uid, gid] = entry?.split(":") ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}
