/**
 * Debian's Postgres as operators run it: it speaks German, offers TLS, listens on a Unix socket as well, and decides by
 * pg_hba.conf who may connect how. The server from npm has neither languages nor TLS.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { childEnvironment } from "~/platform/env.server";
import freePort from "./free-port";
import { accountOf } from "./pgbouncer";
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from "./test-certificate";

export type WildServer = {
  port: number;
  /** Of the Unix socket */
  socketFolder: string;
  /** A superuser's address */
  url: string;
  /** As the superuser, each statement by itself */
  sql: (database: string, ...statements: string[]) => Promise<void>;
  /** A second server that follows this one, and takes no writes */
  startStandby: () => Promise<{ port: number }>;
  stop: () => void;
};

const LOCALE = "de_DE.UTF-8";
export const PASSWORD = "wild-password";

/** Roles of `HOSTSSL` may connect over TLS alone, and those of `SOCKET` by the socket alone; without a password there. */
const HBA = `
local   all all           trust
local   replication all   trust
hostssl all +tls_only     127.0.0.1/32 scram-sha-256
host    all +tls_only     127.0.0.1/32 reject
host    all +socket_only  127.0.0.1/32 reject
host    all all           127.0.0.1/32 scram-sha-256
`;

export async function startWildServer(): Promise<WildServer> {
  const folder = mkdtempSync(join(tmpdir(), "backroom-wild-"));
  const account = process.getuid?.() === 0 ? accountOf("postgres") : undefined;
  chmodSync(folder, 0o755);
  const own = (path: string) => account && chownSync(path, account.uid, account.gid);
  const locales = join(folder, "locales");
  mkdirSync(locales);
  execFileSync("localedef", ["-i", "de_DE", "-f", "UTF-8", join(locales, LOCALE)], { stdio: "ignore" });
  const [data, sockets, secrets] = ["data", "sockets", "secrets"].map((name) => join(folder, name));
  for (const path of [folder, data!, sockets!, secrets!]) {
    mkdirSync(path, { recursive: true });
    own(path);
  }
  const env = childEnvironment({ LOCPATH: locales, LANG: "C", LC_ALL: undefined });
  const run = (program: string, ...args: string[]) =>
    execFileSync(join(programs(), program), args, { stdio: "pipe", env, cwd: folder, ...account });
  const secret = (name: string, text: string) => {
    const path = join(secrets!, name);
    writeFileSync(path, text, { mode: 0o600 });
    own(path);
    return path;
  };

  const port = await freePort();
  const started: string[] = [];
  const start = (where: string, at: number) => {
    const options = [`-p ${at}`, `-c unix_socket_directories=${sockets}`, "-c fsync=off", "-c ssl=on"];
    const files = `-c ssl_cert_file=${secret("cert.pem", TEST_CERTIFICATE)} -c ssl_key_file=${secret("key.pem", TEST_CERTIFICATE_KEY)}`;
    const more = `-c lc_messages=${LOCALE} -c max_connections=100`;
    run(
      "pg_ctl",
      "-D",
      where,
      "-w",
      "-o",
      [...options, files, more].join(" "),
      "-l",
      join(where, "log"),
      "start",
    );
    started.push(where);
  };
  run(
    "initdb",
    ...["-D", data!, "-U", "postgres", "--locale=C", "--encoding=UTF8", "--no-sync"],
    ...["--auth=trust", `--pwfile=${secret("password", PASSWORD)}`],
  );
  writeFileSync(join(data!, "pg_hba.conf"), HBA);
  start(data!, port);
  const url = `postgresql://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`;
  const sql = async (database: string, ...statements: string[]) => {
    const client = new pg.Client({ connectionString: url.replace(/postgres$/, database) });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  };
  await sql("postgres", "CREATE ROLE tls_only", "CREATE ROLE socket_only");

  return {
    ...{ port, socketFolder: sockets!, url, sql },
    startStandby: async () => {
      const standby = join(folder, "standby");
      const from = `host=${sockets} port=${port} user=postgres`;
      run("pg_basebackup", "-D", standby, "-d", from, "-R", "--checkpoint=fast", "--no-sync");
      const at = await freePort();
      start(standby, at);
      return { port: at };
    },
    stop: () => {
      for (const where of started.reverse()) run("pg_ctl", "-D", where, "-w", "-m", "immediate", "stop");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Debian keeps the server's programs of each version apart. */
function programs(): string {
  const versions = readdirSync("/usr/lib/postgresql").sort((a, b) => Number(b) - Number(a));
  return `/usr/lib/postgresql/${versions[0]}/bin`;
}
