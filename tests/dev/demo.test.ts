import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import Database from "better-sqlite3";
import { describe, expect, it, onTestFinished } from "vitest";
import { demoEnvironment, PUBLISHED_KEY } from "../../dev/demo/environment.mjs";
import { freePort } from "../../dev/demo/ports.mjs";
import { startLocalProviders } from "../../dev/local-providers/server";
import { DEVELOPMENT_ENCRYPTION_KEY } from "../../prisma/seed/keys";
import { runNode } from "../support/child-process";
import { eventually } from "../support/eventually";
import { listening } from "./support/local-admin";

const DEMO = pathToFileURL(join(import.meta.dirname, "../../dev/demo/")).href;

/** A folder of its own for what the demo reads and writes relative to where it runs. */
function folder(files: Record<string, string> = {}): string {
  const path = mkdtempSync(join(tmpdir(), "demo-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(path, name, ".."), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return path;
}

/** What `code` prints, as a module that runs in `cwd`, with `demo` for the folder of the demo's modules. */
async function inFolder(cwd: string, code: string): Promise<string> {
  const script = `const demo = (name) => import(${JSON.stringify(DEMO)} + name);\n${code}`;
  return (await runNode(["--input-type=module", "--eval", script], { cwd })).output.trim();
}

describe("the demo's choice of a port", () => {
  it("is the wanted port when it is free, and the next free one otherwise", async () => {
    const busy = Number(new URL(await listening(() => undefined)).port);
    const next = await freePort(busy);
    expect(next).toBeGreaterThan(busy);
    expect(await freePort(next)).toBe(next);
    expect(await freePort(next, [next])).toBeGreaterThan(next);
  });
});

describe("the demo's environment", () => {
  const keys = { apiKey: "k", apiSecret: "s", encryptionKey: "demo-1:x", cronSecret: "c" };
  const ports = { admin: 4000, tunnel: 4001, app: 4002, providers: 4003 };

  it("sets every variable itself and ignores the shell's configuration", () => {
    const shell = {
      PATH: "/bin",
      DATABASE_URL: "postgresql://x/y",
      KMS_KEY_ID: "arn",
      NODE_ENV: "production",
    };
    const env = demoEnvironment({ shell, keys, ports, hostname: "localhost" }) as Record<
      string,
      string | undefined
    >;
    expect(env).toMatchObject({
      PATH: "/bin",
      NODE_ENV: "development",
      DATABASE_URL: "file:./prisma/dev.sqlite",
      SHOPIFY_APP_URL: "http://localhost:4001",
      LOCAL_ADMIN_ORIGIN: "http://localhost:4000",
      SCOPES: "read_customers,read_inventory,read_locations,read_orders,read_products",
    });
    expect(env.KMS_KEY_ID).toBeUndefined();
  });

  it("reads no .env, be it another project's or a folder", async () => {
    const code = `const { demoEnvironment } = await demo("environment.mjs");
       console.log(demoEnvironment({ shell: {}, keys: {}, ports: {}, hostname: "localhost" }).READ_ENV_FILE);`;
    const toml = { "shopify.app.toml": 'scopes = "read_orders"\n' };
    expect(await inFolder(folder({ ...toml, ".env": "of: another\n" }), code)).toBe("off");
    expect(await inFolder(folder({ ...toml, ".env/file": "" }), code)).toBe("off");
  });

  it("keeps a database that another process has open, and deletes one that is free", async () => {
    const cwd = folder({ "prisma/x": "" });
    const db = new Database(join(cwd, "prisma/dev.sqlite"));
    db.pragma("journal_mode = WAL");
    db.exec("CREATE TABLE mine (a)");
    const code = `const { deleteDatabase } = await demo("database.mjs");
      try { deleteDatabase(); console.log("deleted"); } catch (error) { console.log(error.name, error.message); }`;
    expect(await inFolder(cwd, code)).toMatch(/^DemoError prisma\/dev.sqlite is open in another process/);
    db.close();
    expect(await inFolder(cwd, code)).toBe("deleted");
  });

  it("finds the demo of its folder that runs, and none that was killed", async () => {
    const cwd = folder();
    const code = `const { announce, findRunning } = await demo("running.mjs");
      const before = await findRunning();
      await announce("http://localhost:4000/x");
      console.log(before, (await findRunning()).url);
      process.kill(process.pid, "SIGKILL");`;
    expect(await inFolder(cwd, code)).toBe("undefined http://localhost:4000/x");
    expect(await inFolder(cwd, `console.log(await (await demo("running.mjs")).findRunning());`)).toBe(
      "undefined",
    );
  });

  it("sets to empty what a .env file would fill in", async () => {
    const cwd = folder({
      ".env": "KMS_KEY_ID=arn\nexport METRICS_TOKEN='x'\n# a comment\nPORT=1\n",
      "shopify.app.toml": 'scopes = "read_orders"\n',
    });
    const printed = await inFolder(
      cwd,
      `const { demoEnvironment } = await demo("environment.mjs");
       const env = demoEnvironment({ shell: {}, keys: {}, ports: { app: 3 }, hostname: "localhost" });
       console.log(JSON.stringify([env.KMS_KEY_ID, env.METRICS_TOKEN, env.PORT, env.SCOPES]));`,
    );
    expect(JSON.parse(printed)).toEqual(["", "", "3", "read_orders"]);
  });

  it("holds the addresses at which the local providers listen", async () => {
    const port = await freePort(4003);
    const local = await startLocalProviders({ port, hostname: "localhost" });
    onTestFinished(() => local.close());
    const env = demoEnvironment({
      shell: {},
      keys,
      ports: { ...ports, providers: port },
      hostname: "localhost",
    });
    expect(env).toMatchObject({
      LOCAL_PROVIDERS_PORT: String(port),
      GOOGLE_TOKEN_URL: local.endpoints.googleToken,
      GA4_BASE_URL: local.endpoints.ga4,
      GSC_BASE_URL: local.endpoints.gsc,
      BING_BASE_URL: local.endpoints.bing,
      ALLOW_LOOPBACK_CONNECTIONS: "1",
    });
  });

  it("publishes the key with which prisma:seed seals when none is configured", () => {
    expect(PUBLISHED_KEY).toBe(DEVELOPMENT_ENCRYPTION_KEY);
  });
});

describe("the demo's state", () => {
  it("keeps its keys between runs, readable by their owner alone", async () => {
    const cwd = folder();
    const code = `const { readState } = await demo("state.mjs"); console.log(JSON.stringify(readState().keys));`;
    const first = await inFolder(cwd, code);
    expect(await inFolder(cwd, code)).toBe(first);
    expect(Object.keys(JSON.parse(first) as object)).toEqual([
      "apiKey",
      "apiSecret",
      "encryptionKey",
      "cronSecret",
    ]);
    expect(statSync(join(cwd, ".cache/backroom-demo.json")).mode & 0o777).toBe(0o600);
  });

  it("asks for an installation when nothing is installed or the lockfile changed, and not when only its date changed", async () => {
    const code = `const { needsInstall } = await demo("install.mjs"); const { fingerprint } = await demo("state.mjs");
      const fits = () => true;
      console.log(needsInstall({ install: fingerprint(["package-lock.json"]) }, fits), needsInstall({ install: "other" }, fits));`;
    expect(await inFolder(folder({ "package-lock.json": "{}" }), code)).toBe("true true");
    const cwd = folder({ "package-lock.json": "{}", "node_modules/.package-lock.json": "{}" });
    utimesSync(join(cwd, "package-lock.json"), 1000, 1000);
    expect(await inFolder(cwd, code)).toBe("false false");
    utimesSync(join(cwd, "node_modules/.package-lock.json"), 500, 500);
    expect(await inFolder(cwd, code)).toBe("false true");
  });

  it("installs when the SQLite driver is not the one for this Node", async () => {
    const code = `const { needsInstall } = await demo("install.mjs"); const { fingerprint } = await demo("state.mjs");
      console.log(needsInstall({ install: fingerprint(["package-lock.json"]) }));`;
    const driver = (version: string) =>
      folder({
        "package-lock.json": "{}",
        "node_modules/.package-lock.json": "{}",
        "node_modules/better-sqlite3/package.json": JSON.stringify({ version }),
      });
    const withBinaries = Number(process.versions.napi) >= 10;
    expect(await inFolder(driver("13.2.0"), code)).toBe(String(!withBinaries));
    // A version 12 that does not load: nothing was compiled, or another Node did it.
    expect(await inFolder(driver("12.11.1"), code)).toBe("true");
  });
});

describe("the demo's database", () => {
  const MIGRATION = "prisma/migrations-sqlite/20260101000000_init/migration.sql";
  const code = `const { databaseState } = await demo("database.mjs"); console.log(databaseState(["demo-1", "development"]));`;

  function withTables(sql: string): string {
    const cwd = folder({ [MIGRATION]: "" });
    const db = new Database(join(cwd, "prisma/dev.sqlite"));
    db.exec(sql);
    db.close();
    return cwd;
  }
  const MIGRATED = "CREATE TABLE _prisma_migrations (migration_name, finished_at);";
  const APPLIED = `${MIGRATED} INSERT INTO _prisma_migrations VALUES ('20260101000000_init', 1);`;
  const sealedBy = (key: string) =>
    `${APPLIED} CREATE TABLE Store (accessToken); INSERT INTO Store VALUES ('bk1.${key}..x');`;

  it.each([
    ["missing", "when there is no file", undefined],
    ["foreign", "when its tables are not Prisma's", "CREATE TABLE mine (a);"],
    ["old", "when a migration is pending", MIGRATED],
    ["current", "when all are applied", APPLIED],
    ["current", "when the demo sealed its secrets", sealedBy("demo-1")],
    ["current", "when the seed sealed them without a key", sealedBy("development")],
    ["foreign", "when another key sealed its secrets", sealedBy("k1")],
  ])("is reported as %s %s", async (state, _, sql) => {
    const cwd = sql === undefined ? folder({ [MIGRATION]: "" }) : withTables(sql);
    expect(await inFolder(cwd, code)).toBe(state);
  });

  it("is renamed and not overwritten when it is not the demo's own", async () => {
    const cwd = withTables("CREATE TABLE mine (a);");
    const kept = await inFolder(cwd, `console.log((await demo("database.mjs")).putAside());`);
    expect(kept).toMatch(/^prisma\/dev\.before-demo-\d{14}\.sqlite$/);
    expect(readdirSync(join(cwd, "prisma")).filter((name) => name.endsWith(".sqlite"))).toEqual([
      kept.slice("prisma/".length),
    ]);
  });
});

describe("the demo's processes", () => {
  it("report their last lines when they fail", async () => {
    const printed = await inFolder(
      folder(),
      `const { run } = await demo("processes.mjs");
       await run("Baking", process.execPath, ["-e", "console.error('too hot'); process.exit(3)"]).catch((e) => console.log(e.name, e.message));`,
    );
    expect(printed).toBe("DemoError Baking failed (exit code 3).\n    too hot");
  });

  it("report a DemoError when the command does not exist", async () => {
    const printed = await inFolder(
      folder(),
      `const { run } = await demo("processes.mjs"); await run("Baking", "no-such-oven", []).catch((e) => console.log(e.name, e.message));`,
    );
    expect(printed).toMatch(/^DemoError [^]*no-such-oven ENOENT$/);
  });

  it("end on SIGTERM, and are killed when they ignore it", async () => {
    const signals = await inFolder(
      folder(),
      `const { start, stopAll } = await demo("processes.mjs");
       const wait = "setInterval(() => {}, 1000); console.log('up')";
       const polite = start(process.execPath, ["-e", wait]);
       const deaf = start(process.execPath, ["-e", "process.on('SIGTERM', () => {});" + wait]);
       while (!polite.tail() || !deaf.tail()) await new Promise((r) => setTimeout(r, 20));
       await stopAll();
       console.log((await polite.exited).signal, (await deaf.exited).signal);`,
    );
    expect(signals).toBe("SIGTERM SIGKILL");
  });

  it("end with the demo, also when the demo exits with an error", async () => {
    const port = await inFolder(
      folder(),
      `const { start } = await demo("processes.mjs");
       const listen = "require('http').createServer((q, r) => r.end()).listen(0, '127.0.0.1', function () { console.log(this.address().port) })";
       const child = start(process.execPath, ["-e", listen]);
       while (!child.tail()) await new Promise((r) => setTimeout(r, 20));
       const port = child.tail().trim();
       await fetch("http://127.0.0.1:" + port);
       console.log(port);
       process.exit(1);`,
    );
    expect(Number(port)).toBeGreaterThan(0);
    await eventually(() => expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow());
  });
});
