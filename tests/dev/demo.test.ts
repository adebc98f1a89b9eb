import { spawn } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import Database from "better-sqlite3";
import { describe, expect, it, onTestFinished } from "vitest";
import { childEnvironment } from "~/platform/env.server";
import { demoEnvironment, PUBLISHED_KEY } from "../../dev/demo/environment.mjs";
import { freePort } from "../../dev/demo/ports.mjs";
import { startLocalProviders } from "../../dev/local-providers/server";
import { DEVELOPMENT_ENCRYPTION_KEY } from "../../prisma/seed/keys";
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
function inFolder(cwd: string, code: string): Promise<{ code: number | null; stdout: string }> {
  const script = `const demo = (name) => import(${JSON.stringify(DEMO)} + name);\n${code}`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    cwd,
    env: childEnvironment({}),
  });
  let stdout = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (stdout += String(chunk)));
  return new Promise((resolve) =>
    child.on("close", (status) => resolve({ code: status, stdout: stdout.trim() })),
  );
}

describe("the demo's ports", () => {
  it("are the wanted one when it is free, and the next free one when it is not", async () => {
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

  it("says everything itself, whatever the shell says", () => {
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

  it("empties what a .env would fill in", async () => {
    const cwd = folder({
      ".env": "KMS_KEY_ID=arn\nexport METRICS_TOKEN='x'\n# a comment\nPORT=1\n",
      "shopify.app.toml": 'scopes = "read_orders"\n',
    });
    const { stdout } = await inFolder(
      cwd,
      `const { demoEnvironment } = await demo("environment.mjs");
       const env = demoEnvironment({ shell: {}, keys: {}, ports: { app: 3 }, hostname: "localhost" });
       console.log(JSON.stringify([env.KMS_KEY_ID, env.METRICS_TOKEN, env.PORT, env.SCOPES]));`,
    );
    expect(JSON.parse(stdout)).toEqual(["", "", "3", "read_orders"]);
  });

  it("asks the local providers where they are", async () => {
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

  it("opens what prisma:seed sealed without a key", () => {
    expect(PUBLISHED_KEY).toBe(DEVELOPMENT_ENCRYPTION_KEY);
  });
});

describe("the demo's memory", () => {
  it("keeps its keys between runs, readable by their owner alone", async () => {
    const cwd = folder();
    const code = `const { readState } = await demo("state.mjs"); console.log(JSON.stringify(readState().keys));`;
    const first = await inFolder(cwd, code);
    expect((await inFolder(cwd, code)).stdout).toBe(first.stdout);
    expect(Object.keys(JSON.parse(first.stdout) as object)).toEqual([
      "apiKey",
      "apiSecret",
      "encryptionKey",
      "cronSecret",
    ]);
    expect(readFileSync(join(cwd, ".cache/backroom-demo.json"), "utf8")).toContain("encryptionKey");
  });

  it("installs when nothing is installed or the lockfile changed, and not when it was only touched", async () => {
    const code = `const { needsInstall } = await demo("install.mjs"); const { fingerprint } = await demo("state.mjs");
      const fits = () => true;
      console.log(needsInstall({ install: fingerprint(["package-lock.json"]) }, fits), needsInstall({ install: "other" }, fits));`;
    expect((await inFolder(folder({ "package-lock.json": "{}" }), code)).stdout).toBe("true true");
    const cwd = folder({ "package-lock.json": "{}", "node_modules/.package-lock.json": "{}" });
    utimesSync(join(cwd, "package-lock.json"), 1000, 1000);
    expect((await inFolder(cwd, code)).stdout).toBe("false false");
    utimesSync(join(cwd, "node_modules/.package-lock.json"), 500, 500);
    expect((await inFolder(cwd, code)).stdout).toBe("false true");
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
    expect((await inFolder(driver("13.2.0"), code)).stdout).toBe(String(!withBinaries));
    // A version 12 that does not load: nothing was compiled, or another Node did it.
    expect((await inFolder(driver("12.11.1"), code)).stdout).toBe("true");
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
    ["missing", "when there is none", undefined],
    ["foreign", "when its tables are not Prisma's", "CREATE TABLE mine (a);"],
    ["old", "when a migration is pending", MIGRATED],
    ["current", "when all are applied", APPLIED],
    ["current", "when the demo sealed its secrets", sealedBy("demo-1")],
    ["current", "when the seed did, without a key", sealedBy("development")],
    ["foreign", "when another key sealed its secrets", sealedBy("k1")],
  ])("is %s %s", async (state, _, sql) => {
    const cwd = sql === undefined ? folder({ [MIGRATION]: "" }) : withTables(sql);
    expect((await inFolder(cwd, code)).stdout).toBe(state);
  });

  it("is kept under another name, never overwritten, when it is not the demo's", async () => {
    const cwd = withTables("CREATE TABLE mine (a);");
    const { stdout } = await inFolder(cwd, `console.log((await demo("database.mjs")).putAside());`);
    expect(stdout).toMatch(/^prisma\/dev\.before-demo-\d{14}\.sqlite$/);
    expect(readdirSync(join(cwd, "prisma")).filter((name) => name.endsWith(".sqlite"))).toEqual([
      stdout.slice(7),
    ]);
  });
});

describe("the demo's processes", () => {
  it("fail with their last lines", async () => {
    const { stdout } = await inFolder(
      folder(),
      `const { run } = await demo("processes.mjs");
       await run("Baking", process.execPath, ["-e", "console.error('too hot'); process.exit(3)"]).catch((e) => console.log(e.name, e.message));`,
    );
    expect(stdout).toBe("DemoError Baking failed (exit code 3).\n    too hot");
  });

  it("fail with a sentence when the command does not exist", async () => {
    const { stdout } = await inFolder(
      folder(),
      `const { run } = await demo("processes.mjs"); await run("Baking", "no-such-oven", []).catch((e) => console.log(e.message));`,
    );
    expect(stdout).toContain("Baking failed");
    expect(stdout).toContain("no-such-oven");
  });

  it("end when they are told, and are ended when they do not listen", async () => {
    const { stdout } = await inFolder(
      folder(),
      `const { start, stopAll } = await demo("processes.mjs");
       const wait = "setInterval(() => {}, 1000); console.log('up')";
       const polite = start(process.execPath, ["-e", wait]);
       const deaf = start(process.execPath, ["-e", "process.on('SIGTERM', () => {});" + wait]);
       while (!polite.tail() || !deaf.tail()) await new Promise((r) => setTimeout(r, 20));
       await stopAll();
       console.log((await polite.exited).signal, (await deaf.exited).signal);`,
    );
    expect(stdout).toBe("SIGTERM SIGKILL");
  });

  it("do not outlive the demo, not even when it breaks", async () => {
    const { stdout: port } = await inFolder(
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
    const answers = () =>
      fetch(`http://127.0.0.1:${port}`).then(
        () => true,
        () => false,
      );
    await expect.poll(answers).toBe(false);
  });
});
