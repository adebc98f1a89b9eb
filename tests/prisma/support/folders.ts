/** Folders in which the documented commands are run as they are written. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { start, type Ended } from "../../support/child-process";

/** What a developer has after `npm ci`: the source, and no build. */
export function checkout(): string {
  const folder = newFolder();
  const files = ["package.json", "tsconfig.json", "prisma.config.ts", "prisma", "app", "dev", "ops"];
  for (const path of files) copy(path, join(folder, path));
  linkPackages(folder);
  copyClient(folder);
  return folder;
}

/** What the image has: what the last stage of the Dockerfile copies, and no package for development. */
export function release(): string {
  const folder = newFolder();
  const [stage] = readFileSync("Dockerfile", "utf8")
    .split(/^FROM /m)
    .slice(-1);
  for (const [, from] of stage!.matchAll(/^COPY (?:--from=\S+ )?(.+)$/gm)) {
    const paths = from!.split(" ").map((path) => path.replace(/^\/app\//, ""));
    const to = join(folder, paths.pop()!);
    for (const path of paths.filter((path) => path !== "node_modules"))
      copy(path, from!.endsWith("/") ? join(to, basename(path)) : to);
  }
  const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as Lockfile;
  linkPackages(folder, (name) => !packages[`node_modules/${name}`]?.dev);
  return folder;
}

type Lockfile = { packages: Record<string, { dev?: boolean }> };

/**
 * Runs a line as a shell does, with no configuration but this.
 * @param onOutput called whenever it prints on standard output
 */
export function shell(
  cwd: string,
  line: string,
  environment: Record<string, string>,
  onOutput: () => void = () => {},
): Promise<Ended> {
  const none = {
    DATABASE_URL: "",
    DIRECT_URL: "",
    SHADOW_DATABASE_URL: "",
    ENCRYPTION_KEY: "",
    SEED_SCALE: "",
  };
  const { child, ended } = start("sh", ["-c", line], { cwd, environment: { ...none, ...environment } });
  child.stdout?.on("data", onOutput);
  return ended;
}

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "backroom-project-"));
}

/** Without what git does not have, unless that is what is asked for. */
function copy(from: string, to: string) {
  mkdirSync(dirname(to), { recursive: true });
  const ours = (path: string) => path === from || !/\/generated$|\.sqlite(-\w+)?$/.test(path);
  cpSync(from, to, { recursive: true, filter: ours });
}

function linkPackages(folder: string, isThere: (name: string) => boolean = () => true) {
  for (const name of readdirSync("node_modules").flatMap(scoped).filter(isThere)) {
    const to = join(folder, "node_modules", name);
    mkdirSync(dirname(to), { recursive: true });
    symlinkSync(resolve("node_modules", name), to);
  }
}

/** The CLI generates a client beside `@prisma/client`, and what this checkout has there is used by tests that run now. */
function copyClient(folder: string) {
  const [from, to] = [resolve("node_modules/@prisma/client"), join(folder, "node_modules/@prisma/client")];
  rmSync(to);
  cpSync(from, to, { recursive: true, filter: (path) => path !== join(from, "runtime") });
  symlinkSync(join(from, "runtime"), join(to, "runtime"));
  rmSync(join(folder, "node_modules/.prisma"));
  cpSync("node_modules/.prisma", join(folder, "node_modules/.prisma"), { recursive: true });
}

function scoped(name: string): string[] {
  if (name.startsWith(".")) return name === ".bin" || name === ".prisma" ? [name] : [];
  return name.startsWith("@")
    ? readdirSync(`node_modules/${name}`).map((inner) => `${name}/${inner}`)
    : [name];
}

/** Adds a field to a model of the canonical schema. */
export function addField(folder: string, model: string, field: string) {
  const path = join(folder, "prisma/schema.prisma");
  const schema = readFileSync(path, "utf8");
  writeFileSync(path, schema.replace(`model ${model} {\n`, `model ${model} {\n  ${field}\n`));
}
