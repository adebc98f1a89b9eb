/** ops/run.mjs and ops/bundle.mjs: the commands of package.json as processes, from bundles and from source. */
import { once } from "node:events";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connectDatabase } from "~/platform/db/client.server";
import type { Source } from "~/platform/env.server";
import { SHOP } from "../dev/support/catalogue";
import { APP_ENVIRONMENT } from "../support/app-process";
import { createFolder, createKeyPair } from "../support/backups";
import { start } from "../support/child-process";
import { UNSET } from "../support/commands";
import { CONNECTED_APP, connectShop } from "../support/connected-shop";
import { createTestDatabase, ENGINES, type TestDatabase } from "../support/databases";
import { startKms } from "../support/kms";
import { startS3 } from "../support/s3";
import { TEST_KEYS } from "../support/tenant-rows";

const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };
/** What package.json and the manifests start: flags of Node, and the command */
const STARTED = [
  ...Object.values(scripts),
  ...readFileSync("ops/render.yaml", "utf8").split("\n"),
  ...readFileSync("ops/fly.toml", "utf8").split("\n"),
].flatMap((line) => {
  const [, flags, entry] = /\bnode ((?:--\S+ )*)ops\/run\.mjs (ops\/\w+)/.exec(line) ?? [];
  return entry ? [{ flags: flags!.split(" ").filter(Boolean), entry }] : [];
});
const COMMANDS = [...new Map(STARTED.map((command) => [command.entry, command])).values()];

/** As an image has it: bundles, packages and the launcher, and no source */
let production: string;
const run = (args: string[], environment: Source = {}) =>
  start(process.execPath, args, { cwd: production, environment: { ...UNSET, ...environment } }).ended;

beforeAll(async () => {
  production = mkdtempSync(join(tmpdir(), "backroom-production-"));
  const bundled = await start(process.execPath, ["ops/bundle.mjs", join(production, "build")]).ended;
  expect(bundled.code, bundled.output).toBe(0);
  mkdirSync(join(production, "ops"));
  for (const file of ["package.json", "ops/run.mjs", "shopify.app.toml"])
    cpSync(file, join(production, file));
  for (const folder of ["node_modules", "prisma"]) symlinkSync(resolve(folder), join(production, folder));
});
afterAll(() => rmSync(production, { recursive: true, force: true }));

describe("a command where there is no source", () => {
  it("is there, whichever package.json and the manifests start", () => {
    const bundles = readdirSync(join(production, "build/ops"));
    expect(COMMANDS.length).toBeGreaterThan(8);
    expect(bundles).toEqual(expect.arrayContaining(COMMANDS.map(({ entry }) => `${basename(entry)}.mjs`)));
  });

  it("prints its usage and its exit codes with --help, and ends with 0", async () => {
    // All in one process: what each needs of a shell is proven below.
    const code = `
      const helps = {};
      for (const entry of ${JSON.stringify(COMMANDS.map(({ entry }) => entry))}) {
        const { main } = await import(\`./build/\${entry}.mjs\`);
        const lines = [];
        helps[entry] = { code: await main(["--help"], {}, { out: (line) => lines.push(line) }), text: lines.join("\\n") };
      }
      console.log(JSON.stringify(helps));`;
    const { stdout, stderr } = await run(["--input-type=module", "--eval", code]);
    expect(stderr).toBe("");
    const helps = Object.entries(JSON.parse(stdout) as Record<string, { code: number; text: string }>);
    expect(helps).toHaveLength(COMMANDS.length);
    for (const [entry, { code, text }] of helps) {
      expect(code, entry).toBe(0);
      expect(text, entry).toMatch(/^Usage: (npm run|node) /);
      for (const exitCode of [0, 1, 2, 130])
        expect(text, entry).toMatch(new RegExp(`^${exitCode} +\\S`, "m"));
    }
  });

  it.each(COMMANDS)("$entry as a process answers an unknown option with 2", async ({ flags, entry }) => {
    const ended = await run([...flags, "ops/run.mjs", entry, "--no-such-option"]);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toMatch(/^--no-such-option [^\n]* --help\n$/);
  });

  it.each(ENGINES)("finds the driver and the client of %s", async (engine) => {
    const database = await createTestDatabase(engine);
    const environment = { DATABASE_URL: database.url };
    expect(await run(["ops/run.mjs", "ops/webhooks", "status"], environment)).toMatchObject({
      ...{ code: 0, stderr: "" },
    });
    await database.drop();
  });

  it("backs a database up and restores it, threads included", async () => {
    const database = await createTestDatabase("sqlite");
    const keys = await createKeyPair();
    const { folder } = createFolder();
    const environment = {
      ...{ DATABASE_URL: database.url, BACKUP_ENVIRONMENT: "test", BACKUP_FOLDER: folder },
      ...{ BACKUP_RECIPIENT: keys.recipient, BACKUP_IDENTITY: keys.identity },
    };
    expect(await run(["ops/run.mjs", "ops/backup"], environment)).toMatchObject({ code: 0, stderr: "" });
    const file = readdirSync(folder).find((name) => name.endsWith(".age"))!;
    const into = { ...environment, DATABASE_URL: `file:${join(folder, "restored.sqlite")}` };
    const restored = await run(["ops/run.mjs", "ops/restore", join(folder, file)], into);
    expect(restored).toMatchObject({ code: 0, stderr: "" });
    await database.drop();
  });

  describe("finds the library", () => {
    let database: TestDatabase;
    beforeAll(async () => {
      database = await createTestDatabase("sqlite");
    });
    afterAll(() => database?.drop());

    it("of a bucket", async () => {
      const [s3, keys] = await Promise.all([startS3(), createKeyPair()]);
      const ended = await run(["ops/run.mjs", "ops/backup"], {
        ...{ DATABASE_URL: database.url, BACKUP_ENVIRONMENT: "test", BACKUP_FOLDER: createFolder().folder },
        ...{ BACKUP_RECIPIENT: keys.recipient, ...s3.environment },
      });
      expect(ended.code, ended.output).toBe(0);
      expect(s3.requests.some((request) => request.startsWith("PUT "))).toBe(true);
      await s3.stop();
    });

    it("of a KMS", async () => {
      const kms = await startKms();
      const environment = { DATABASE_URL: database.url, ...kms.environment(kms.createKey()) };
      const ended = await run(["ops/run.mjs", "ops/rewrap", "--dry-run"], environment);
      expect(ended.code, ended.output).toBe(0);
      expect(kms.calls).toHaveLength(1);
      await kms.stop();
    });

    it("of Shopify", async () => {
      const db = await connectDatabase(database.url);
      const { origin } = await connectShop(db, TEST_KEYS);
      await db.$disconnect();
      const preload = ["--import", pathToFileURL("dev/preload.mjs").href];
      const ended = await run([...preload, "ops/run.mjs", "ops/webhooks", "audit", "--shop", SHOP], {
        ...{ ...APP_ENVIRONMENT, ...CONNECTED_APP, DATABASE_URL: database.url, LOCAL_ADMIN_ORIGIN: origin },
      });
      expect(ended.code, ended.output).toBe(0);
      expect(ended.stdout).toMatch(/^declared +\S/m);
    });
  });

  it("that there is none of is answered with 2 and one sentence", async () => {
    const ended = await run(["ops/run.mjs", "ops/nothing"]);
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringMatching(/^[^\n]*ops\/nothing[^\n]*\n$/) });
  });

  it("ends with 2 and a sentence where .env is damaged", async () => {
    writeFileSync(join(production, ".env"), "DATABASE_URL\n");
    const ended = await run(["ops/run.mjs", "ops/retention"]);
    rmSync(join(production, ".env"));
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringMatching(/^\.env line 1 [^\n]+\n$/) });
  });

  it("tells of a damaged .env among its findings, if it is the doctor", async () => {
    writeFileSync(join(production, ".env"), "DATABASE_URL\n");
    const ended = await run(["ops/run.mjs", "ops/doctor", "--json"]);
    rmSync(join(production, ".env"));
    expect(ended.code, ended.output).toBe(1);
    const { findings } = JSON.parse(ended.stdout.trimEnd()) as {
      findings: { code: string; sentence: string }[];
    };
    expect(findings).toContainEqual(
      expect.objectContaining({
        code: "ENV_FILE_DAMAGED",
        sentence: expect.stringMatching(/^\.env line 1 /),
      }),
    );
    expect(findings.filter(({ code }) => code === "CHECK_FAILED")).toEqual([]);
  });
});

describe("a command whose source is there too", () => {
  const source = () => join(production, "ops/webhooks.ts");
  const webhooks = (...args: string[]) => ["ops/run.mjs", "ops/webhooks", ...args];
  const fromSource = { code: 5, stdout: "from source\n" };
  beforeAll(() => symlinkSync(resolve("app"), join(production, "app")));
  beforeEach(() => {
    writeFileSync(
      source(),
      `export const main = async ([first], env, io) => {
         io.out("from source");
         if (first !== "wait") return 5;
         io.signal.addEventListener("abort", () => io.out("a signal came"));
         return new Promise(() => setInterval(() => {}, 1_000));
       };`,
    );
  });

  it("is started from the source that is newer than the bundle", async () => {
    expect(await run(webhooks())).toMatchObject(fromSource);
  });

  it("is started from the bundle that is newer than the source", async () => {
    utimesSync(source(), 0, 0);
    expect(await run(webhooks("--no-such-option"))).toMatchObject({ code: 2 });
  });

  it("is started from the source where the build of the bundle did not come to its end", async () => {
    utimesSync(source(), 0, 0);
    const list = join(production, "build/commands.json");
    renameSync(list, `${list}.away`);
    expect(await run(webhooks())).toMatchObject(fromSource);
    renameSync(`${list}.away`, list);
  });

  it("is ended at once by a second signal, whichever of the two", async () => {
    const { child, ended } = start(process.execPath, webhooks("wait"), { cwd: production });
    await once(child.stdout!, "data");
    child.kill("SIGTERM");
    await once(child.stdout!, "data");
    child.kill("SIGINT");
    expect(await ended).toMatchObject({ code: null, signal: "SIGINT" });
  });
});
