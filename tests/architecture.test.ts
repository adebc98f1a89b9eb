import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { readSchema } from "./support/schema";

const read = (path: string) => readFileSync(path, "utf8");

function filesUnder(folder: string, ending: RegExp): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes("/generated/"))
    .sort();
  if (!files.length) throw new Error(`There is no source in ${folder}.`);
  return files;
}

const appFiles = filesUnder("app", /\.tsx?$/);
/** The Prisma client's name of every table */
const tables = readSchema("prisma/schema.prisma").models.map(
  ({ name }) => name.charAt(0).toLowerCase() + name.slice(1),
);
const scripts = ["prisma", "ops", "dev"].flatMap((folder) => filesUnder(folder, /\.(ts|tsx|mjs)$/));

/** Modules that a file imports, resolved to paths of the project where they are ours. */
function importsOf(path: string): { target: string; typeOnly: boolean }[] {
  const statements = read(path).matchAll(
    /(?:^|\n)\s*(?:import|export)\s+(type\s)?[^;"']*?from\s+["']([^"']+)["']|import\(["']([^"']+)["']\)/g,
  );
  return [...statements].map(([, typeOnly, from, dynamic]) => {
    const specifier = from ?? dynamic ?? "";
    const target = specifier.startsWith("~/")
      ? join("app", specifier.slice(2))
      : specifier.startsWith(".")
        ? relative(".", join(dirname(path), specifier))
        : specifier;
    return { target, typeOnly: Boolean(typeOnly) };
  });
}

const layerOf = (path: string) =>
  /^app\/(routes|features|platform|components)(?:\/|$)/.exec(path)?.[1] ?? "shell";
const featureOf = (path: string) => /^app\/features\/([^/]+)/.exec(path)?.[1];

const ALLOWED: Record<string, string[]> = {
  routes: ["features", "platform", "components", "routes"],
  features: ["features", "platform", "components"],
  components: ["components", "platform"],
  platform: ["platform"],
  shell: ["features", "platform", "components", "shell"],
};

describe("an import in app/", () => {
  it("is recognised by these tests as an alias, a path and a type", () => {
    const imports = appFiles.flatMap(importsOf);
    expect(imports.filter(({ target }) => target.startsWith("app/features/")).length).toBeGreaterThan(100);
    expect(imports.filter(({ target }) => target.endsWith(".repository.server")).length).toBeGreaterThan(10);
    expect(imports.filter(({ typeOnly }) => typeOnly).length).toBeGreaterThan(100);
  });

  it.each(appFiles)("of %s names only its own layer or one below", (path) => {
    for (const { target } of importsOf(path)) {
      if (target.startsWith("app/"))
        expect(ALLOWED[layerOf(path)], `${path} → ${target}`).toContain(layerOf(target));
    }
  });

  it("names another feature's functions, never its repository", () => {
    const crossings = appFiles.flatMap((path) =>
      importsOf(path)
        .filter(({ target, typeOnly }) => !typeOnly && /\.repository\.server$/.test(target))
        .filter(({ target }) => featureOf(target) !== featureOf(path))
        .map(({ target }) => `${path} → ${target}`),
    );
    expect(crossings).toEqual([]);
  });

  it("of the Prisma client, or a call of it, is only in repositories and platform/db", () => {
    const calls = new RegExp(
      `\\b(?:db|tx|client)\\.(?:${tables.join("|")}|\\$query\\w+|\\$execute\\w+)\\b(?!\\s*[:=])`,
    );
    const isRepository = (path: string) => /\.repository\.server\.ts$|^app\/platform\/db\//.test(path);
    expect(appFiles.filter((path) => isRepository(path) && calls.test(read(path))).length).toBeGreaterThan(
      10,
    );
    const offenders = appFiles
      .filter((path) => !isRepository(path))
      // The session table is Shopify's: its storage and its refresh lock are its repository.
      .filter((path) => !/^app\/platform\/shopify\/(session-storage|offline-access)\.server\.ts$/.test(path))
      .filter(
        (path) =>
          calls.test(read(path)) || importsOf(path).some(({ target }) => target.startsWith("#prisma")),
      );
    expect(offenders).toEqual([]);
  });

  it("of a server module is in no component of a page", () => {
    const browserFiles = appFiles.filter(
      (path) => path.endsWith(".tsx") && !/^app\/(routes|root|entry\.server)/.test(path),
    );
    expect(browserFiles.length).toBeGreaterThan(10);
    const leaks = browserFiles.flatMap((path) =>
      importsOf(path)
        .filter(({ target, typeOnly }) => !typeOnly && target.endsWith(".server"))
        .map(({ target }) => `${path} → ${target}`),
    );
    expect(leaks).toEqual([]);
  });
});

describe("the source code", () => {
  const all = [...appFiles, ...scripts];

  it("reads process.env only in platform/env.server.ts and in the launchers that run before anything is installed", () => {
    const offenders = [...all, "prisma.config.ts"].filter((path) => /\bprocess\.env\b/.test(read(path)));
    const launchers = offenders.filter((path) => /^(dev|prisma)\/[\w-]+\.mjs$/.test(path));
    expect(offenders.filter((path) => !launchers.includes(path))).toEqual(["app/platform/env.server.ts"]);
  });

  it("passes a tag length to every decipher", () => {
    const calls = all.flatMap((path) => [...read(path).matchAll(/createDecipheriv\([^]*?\);/g)].flat());
    expect(calls.length).toBeGreaterThan(0);
    for (const call of calls) expect(call).toContain("authTagLength");
  });

  it("takes no session-level advisory lock and sets no session setting, which a pooler would pass to another client", () => {
    for (const path of all) {
      expect(read(path), path).not.toMatch(/pg_(?:try_)?advisory_lock\b/);
      expect(read(path), path).not.toMatch(/set_config\([^)]*,\s*false\s*\)/i);
    }
  });

  it("asks raw statements through platform/db/raw.server.ts alone, which names the schema of their tables", () => {
    const raw = /\$(?:query|execute)Raw/;
    const askers = all.filter((path) => raw.test(read(path)));
    expect(askers).toEqual(["app/platform/db/client.server.ts", "app/platform/db/raw.server.ts"]);
    // SQLite's own settings
    const statements = read(askers[0]!)
      .split("\n")
      .filter((line) => raw.test(line));
    expect(statements.filter((line) => !line.includes("PRAGMA"))).toEqual([]);
  });

  it("tells the errors of a database by codes, and not by what a server says in its own language", () => {
    const byText =
      /(?:test|exec|match)\((?:error|e|cause)\.message\)|message\.(?:match|includes|startsWith)\(/;
    // pg_restore's own words, which toolEnvironment asks for in English
    const offenders = all.filter(
      (path) => /^(?:app\/platform\/db|ops|prisma)\//.test(path) && byText.test(read(path)),
    );
    expect(offenders).toEqual(["ops/backup/check-backup.ts"]);
  });

  it("does not use the library's webhooks or its background tokens, which are refreshed without a lock", () => {
    for (const path of appFiles)
      expect(read(path), path).not.toMatch(/authenticate\.webhook|unauthenticated\.admin/);
  });

  it("does not mention the local admin in app/", () => {
    for (const path of appFiles)
      expect(read(path), path).not.toMatch(/local-admin|LOCAL_ADMIN|dev\/preload/i);
  });

  it("names the same API version of Shopify as shopify.app.toml", () => {
    expect(read("app/platform/shopify/shopify.server.ts")).toContain("ApiVersion.July26");
    expect(read("shopify.app.toml")).toContain(`api_version = "2026-07"`);
  });
});
