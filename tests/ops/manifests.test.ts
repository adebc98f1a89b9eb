/** The deploy manifests against what is really there: scripts, addresses, files, variables, and how the app stops. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { check } from "prettier";
import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import { childEnvironment, ConfigurationError, readEnvironment } from "~/platform/env.server";
import { parseSchedule } from "../../ops/cron-schedule";

const read = (path: string) => readFileSync(path, "utf8");
const FILES = [
  "ops/fly.toml",
  "ops/render.yaml",
  ...readdirSync("ops/systemd").map((file) => join("ops/systemd", file)),
];
const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
const routes = readdirSync("app/routes");
const cronEndpoints = routes.flatMap((file) => /^cron\.(\w+)\.ts$/.exec(file)?.[1] ?? []).sort();
const shutdownSeconds =
  Number(/SHUTDOWN_MS = ([\d_]+)/.exec(read("app/server.ts"))![1]!.replace("_", "")) / 1_000;
const exampleNames = [...read(".env.example").matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name!);
const SECRETS = [
  ...["DATABASE_URL", "DIRECT_URL", "SHOPIFY_API_SECRET", "SHOPIFY_API_SECRET_PREVIOUS", "ENCRYPTION_KEY"],
  ...["CRON_SECRET", "METRICS_TOKEN", "SHOPIFY_API_KEY"],
];
/** What a backup in the bucket needs, beside what has a default */
const BACKUP = ["BACKUP_ENVIRONMENT", "BACKUP_RECIPIENT", "BACKUP_S3_BUCKET", "BACKUP_S3_REGION"];
/** The bucket's credentials, which the SDK reads by itself, and what Fly tells a machine */
const NOT_OURS = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "FLY_APP_NAME"];
/** The version of each Debian's postgresql-client */
const POSTGRES_OF_DEBIAN: Record<string, number> = { bookworm: 15, trixie: 17 };
/** Without which the app does not start */
const REQUIRED = problemsOf({}).map((problem) => problem.split(" ")[0]!);

function problemsOf(source: Record<string, string>): string[] {
  try {
    readEnvironment(source);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

describe.each(FILES)("%s", (file) => {
  const text = read(file);

  it("runs scripts that there are", () => {
    for (const [, script] of text.matchAll(/npm run ([\w:-]+)/g))
      expect(Object.keys(scripts)).toContain(script);
  });

  it("names files that there are", () => {
    const paths = [...text.matchAll(/(?<![\w/])\.?\/?((?:app|ops|prisma)\/[\w./@-]+\.\w+)/g)].map(
      ([, path]) => path!,
    );
    for (const path of paths) expect(existsSync(path), path).toBe(true);
    for (const [, entry] of text.matchAll(/ops\/run\.mjs (\S+)/g))
      expect(existsSync(`${entry}.ts`), entry).toBe(true);
  });

  it("calls addresses that the app has", () => {
    for (const [, path] of text.matchAll(/(?<=[\s"'}])\/(healthz|readyz|metrics|cron\/\w+)/g))
      expect(routes, path).toContain(`${path!.replace("/", ".")}.ts`);
    for (const [, endpoint] of text.matchAll(/ops\/cron (?:--url \S+ )?(\w+)/g))
      expect(cronEndpoints).toContain(endpoint);
  });

  it("names variables that the app reads", () => {
    for (const [name] of text.matchAll(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g))
      expect([...exampleNames, ...NOT_OURS]).toContain(name);
  });

  it("holds no secret", () => {
    expect(text).not.toMatch(/postgres(ql)?:\/\/\S|shpss_|AKIA/);
    for (const name of SECRETS)
      expect(text, name).not.toMatch(
        new RegExp(`(key: ${name}\\n\\s+value:|^\\s*${name}\\s*[=:]\\s*\\S)`, "m"),
      );
  });
});

describe("the Dockerfile", () => {
  const [image] = read("Dockerfile")
    .split(/^FROM /m)
    .slice(-1);

  it("keeps backups where its user may write", () => {
    const [, folder] = /^ENV BACKUP_FOLDER=(\S+)$/m.exec(image!)!;
    const [, user] = /^USER (\w+)$/m.exec(image!)!;
    expect(image).toMatch(new RegExp(`chown ${user}:${user} /${folder!.split("/")[1]}$`, "m"));
  });
});

describe("ops/fly.toml", () => {
  type Fly = {
    kill_signal: string;
    kill_timeout: string;
    build: { dockerfile: string };
    deploy: { release_command: string };
    env: Record<string, string>;
    processes: Record<string, string>;
    http_service: { processes: string[]; internal_port: number; checks: { path: string }[] };
    checks: Record<string, { path: string; port: number }>;
  };
  const text = read("ops/fly.toml");
  const fly = parse(text) as unknown as Fly;

  it("builds our image, migrates before a release, and starts the app as the image does", () => {
    expect(existsSync(join("ops", fly.build.dockerfile))).toBe(true);
    expect(fly.deploy.release_command).toBe("npm run prisma:migrate");
    expect(fly.processes.app).toBe(scripts.start);
    expect(read("Dockerfile")).toContain(
      `CMD ${JSON.stringify(scripts.start!.split(" ")).replaceAll(",", ", ")}`,
    );
  });

  it("waits for the app to stop as long as it may take", () => {
    expect(fly.kill_signal).toBe("SIGTERM");
    expect(Number.parseInt(fly.kill_timeout)).toBeGreaterThan(shutdownSeconds);
  });

  it("sends traffic when the app is ready, and asks whether it is alive", () => {
    expect(fly.http_service.checks.map(({ path }) => path)).toEqual(["/readyz"]);
    expect(Object.values(fly.checks).map(({ path }) => path)).toEqual(["/healthz"]);
    const { PORT } = fly.env;
    expect(
      [fly.http_service.internal_port, ...Object.values(fly.checks).map(({ port }) => port)].map(String),
    ).toEqual([...[PORT, PORT]]);
  });

  it("sets what production accepts, and asks for the rest as secrets", () => {
    const asked = /# Secrets:([^]*?)\n\n/.exec(text)![1]!;
    for (const name of REQUIRED) expect(fly.env[name] ?? asked, name).toMatch(fly.env[name] ? /./ : name);
    for (const name of [...BACKUP, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
      expect(asked).toContain(name);
    expect(Object.keys(fly.env).filter((name) => !exampleNames.includes(name))).toEqual([]);
    expect(problemsOf({ ...GOOD_SECRETS, ...fly.env })).toEqual([]);
  });

  it("calls every cron endpoint, by schedules that are some", () => {
    const jobs = [...fly.processes.cron!.matchAll(/(\w+)=([\w:]+)/g)];
    expect(jobs.map(([, endpoint]) => endpoint).sort()).toEqual(cronEndpoints);
    for (const [, , schedule] of jobs) expect(parseSchedule(schedule!)).not.toBeNull();
    expect(fly.processes.cron).toContain("retention=03:30");
  });

  it("calls the app under whatever name it has", () => {
    const [, line] = /^sh -c '([^']+)'$/.exec(fly.processes.cron!)!;
    // In the place of node, what prints its arguments
    const { stdout } = spawnSync("sh", ["-c", line!.replace("exec node ", "exec echo ")], {
      env: childEnvironment({ FLY_APP_NAME: "desk-of-ours", PORT: fly.env.PORT }),
      encoding: "utf8",
    });
    expect(stdout).toContain(" --url http://app.process.desk-of-ours.internal:3000 inbox=");
    const named = text.split("\n").filter((line) => line.includes("backroom") && !line.startsWith("#"));
    expect(named).toEqual([`app = "backroom"`, `SHOPIFY_APP_URL = "https://backroom.fly.dev"`]);
    expect(/^#[^]*?\n\n/.exec(text)![0]).toContain("SHOPIFY_APP_URL");
  });
});

describe("ops/render.yaml", () => {
  const text = read("ops/render.yaml");
  const services = text.split(/\n {2}- type: /).slice(1);
  const values = (key: string) =>
    [...text.matchAll(new RegExp(`^\\s+${key}: (.+)$`, "gm"))].map(([, value]) => value!);

  it("is YAML", async () => {
    expect(await check(text, { parser: "yaml", printWidth: 110 })).toBe(true);
  });

  it("builds our image, migrates before a release, and is asked whether it is alive", () => {
    expect(new Set(values("dockerfilePath"))).toEqual(new Set(["./Dockerfile"]));
    expect(values("preDeployCommand")).toEqual(["npm run prisma:migrate"]);
    expect(values("healthCheckPath")).toEqual(["/healthz"]);
    expect(Number(values("maxShutdownDelaySeconds")[0])).toBeGreaterThan(shutdownSeconds);
  });

  it("makes a Postgres that the image's pg_dump can back up", () => {
    const [, debian] = [...read("Dockerfile").matchAll(/^FROM node:\d+-(\w+)-slim/gm)].at(-1)!;
    expect(Object.keys(POSTGRES_OF_DEBIAN)).toContain(debian);
    const [version] = values("postgresMajorVersion").map((value) => Number(value.replaceAll('"', "")));
    expect(version).toBeLessThanOrEqual(POSTGRES_OF_DEBIAN[debian!]!);
  });

  it("gives the app every variable that it needs, and its cron jobs theirs", () => {
    const keys = (service: string) => [...service.matchAll(/- key: (\w+)/g)].map(([, key]) => key!);
    const [web, ...jobs] = services;
    expect(keys(web!)).toEqual(expect.arrayContaining(REQUIRED));
    for (const key of services.flatMap(keys)) expect(exampleNames).toContain(key);
    for (const job of jobs.filter((service) => service.includes("ops/cron ")))
      expect(keys(job)).toEqual(["CRON_SECRET", "SHOPIFY_APP_URL"]);
  });

  it("calls every cron endpoint, sweeps at night, and makes a backup after it", () => {
    const commands = values("dockerCommand");
    const called = commands.flatMap((command) => /ops\/cron (\w+)$/.exec(command)?.[1] ?? []);
    expect(called.sort()).toEqual(cronEndpoints);
    expect(commands).toContain("npm run backup");
    expect(
      Object.fromEntries(commands.map((command, i) => [command.split(" ").at(-1), values("schedule")[i]])),
    ).toEqual({
      retention: '"30 3 * * *"',
      inbox: '"*/15 * * * *"',
      refresh: '"5-59/15 * * * *"',
      backup: '"0 5 * * *"',
    });
  });
});

describe("the backup", () => {
  it("is made every night, as the runbook has it, by each of them", () => {
    expect(read("ops/RUNBOOK.md")).toMatch(/^3\. Every night, .*`npm run backup`/m);
    expect(read("ops/fly.toml")).toMatch(/ npm run backup .*--schedule daily$/m);
    expect(read("ops/systemd/backroom-backup.timer")).toMatch(/^OnCalendar=\*-\*-\* 05:00:00 UTC$/m);
    expect(read("ops/render.yaml")).toMatch(/schedule: "0 5 \* \* \*"\n +dockerCommand: npm run backup$/m);
  });
});

describe("ops/systemd", () => {
  const units = readdirSync("ops/systemd");
  const timers = units.filter((unit) => unit.endsWith(".timer"));
  const unit = (name: string) => read(join("ops/systemd", name));

  it("has a timer for every cron endpoint and the backup, each with its service", () => {
    expect(timers.map((timer) => timer.replace(".timer", "")).sort()).toEqual(
      ["backroom-backup", ...cronEndpoints.map((endpoint) => `backroom-cron@${endpoint}`)].sort(),
    );
    for (const timer of timers) {
      expect(units).toContain(timer.replace(/@\w+/, "@").replace(".timer", ".service"));
      expect(unit(timer)).toMatch(/^OnCalendar=.+ UTC$/m);
    }
  });

  it("keeps backups where their user may write", () => {
    const service = unit("backroom-backup.service");
    const [, folder] = /^StateDirectory=(\S+)$/m.exec(service)!;
    expect(service).toContain(`\nEnvironment=BACKUP_FOLDER=%S/${folder}\n`);
  });

  it("shows the secret to nobody: it is a file, in no argument and in no variable", () => {
    const service = unit("backroom-cron@.service");
    const [, name] = /^LoadCredential=(\w+):/m.exec(service)!;
    const [, command] = /^ExecStart=(.+)$/m.exec(service)!;
    expect(command).toContain(`--header @%d/${name} `);
    expect(command).not.toMatch(/Bearer|SECRET|Authorization/i);
    expect(service).not.toMatch(/^(Set|Import)Credential|^Environment=/m);
  });
});

const GOOD_SECRETS = {
  DATABASE_URL: ["postgresql:", "", "desk:pw@db.internal:5432", "backroom"].join("/"),
  SHOPIFY_API_KEY: "0123456789abcdef0123456789abcdef",
  SHOPIFY_API_SECRET: "a-client-secret-of-production",
  ENCRYPTION_KEY: `k1:${Buffer.alloc(32, 5).toString("base64")}`,
  CRON_SECRET: "0123456789abcdef0123456789abcdef",
};
