import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";

const read = (path: string) => readFileSync(path, "utf8");

function filesUnder(folder: string, ending: RegExp): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes("/generated/"))
    .sort();
}

const appFiles = filesUnder("app", /\.tsx?$/);
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

const roomOf = (path: string) =>
  /^app\/(routes|features|platform|components)(?:\/|$)/.exec(path)?.[1] ?? "shell";
const featureOf = (path: string) => /^app\/features\/([^/]+)/.exec(path)?.[1];

const ALLOWED: Record<string, string[]> = {
  routes: ["features", "platform", "components", "routes"],
  features: ["features", "platform", "components"],
  components: ["components", "platform"],
  platform: ["platform"],
  shell: ["features", "platform", "components", "shell"],
};

describe("who may import whom", () => {
  it.each(appFiles)("%s imports only from its own room and below", (path) => {
    for (const { target } of importsOf(path)) {
      if (target.startsWith("app/"))
        expect(ALLOWED[roomOf(path)], `${path} → ${target}`).toContain(roomOf(target));
    }
  });

  it("reaches another feature through its exported functions, never its repository", () => {
    const crossings = appFiles.flatMap((path) =>
      importsOf(path)
        .filter(({ target, typeOnly }) => !typeOnly && /\.repository\.server$/.test(target))
        .filter(({ target }) => featureOf(target) !== featureOf(path))
        .map(({ target }) => `${path} → ${target}`),
    );
    expect(crossings).toEqual([]);
  });

  it("touches the Prisma client only in repositories and platform/db", () => {
    const calls =
      /\b(?:db|tx|client)\.(?:store|session|storeS\w+|kpiCache|orderFlag|ticket\w*|aiDraft|seoInsight|productVelocity|purchaseOrder\w*|connectionEvent|webhook\w+|retentionRun|complianceRequest|\$query\w+|\$execute\w+)\b/;
    const offenders = appFiles
      .filter((path) => !/\.repository\.server\.ts$|^app\/platform\/db\//.test(path))
      // The session table is Shopify's: its storage and its refresh lock are its repository.
      .filter((path) => !/^app\/platform\/shopify\/(session-storage|offline-access)\.server\.ts$/.test(path))
      .filter(
        (path) =>
          calls.test(read(path)) || importsOf(path).some(({ target }) => target.startsWith("#prisma")),
      );
    expect(offenders).toEqual([]);
  });

  it("reads process.env in platform/env.server.ts alone, and in the launchers that run before anything is installed", () => {
    const offenders = [...appFiles, ...scripts, "prisma.config.ts"].filter((path) =>
      /\bprocess\.env\b/.test(read(path)),
    );
    const launchers = offenders.filter((path) => /^dev\/[\w-]+\.mjs$/.test(path));
    expect(offenders.filter((path) => !launchers.includes(path))).toEqual(["app/platform/env.server.ts"]);
  });

  it("keeps server modules out of pages' components", () => {
    const browserFiles = appFiles.filter(
      (path) => path.endsWith(".tsx") && !/^app\/(routes|root|entry\.server)/.test(path),
    );
    const leaks = browserFiles.flatMap((path) =>
      importsOf(path)
        .filter(({ target, typeOnly }) => !typeOnly && target.endsWith(".server"))
        .map(({ target }) => `${path} → ${target}`),
    );
    expect(leaks).toEqual([]);
  });
});

describe("what must not be written", () => {
  const all = [...appFiles, ...scripts];

  it("gives every decipher its tag length", () => {
    for (const path of all)
      for (const [call] of read(path).matchAll(/createDecipheriv\([^]*?\);/g))
        expect(call, path).toContain("authTagLength");
  });

  it("takes no session-level advisory lock and sets no session setting, which a pooler would hand to a stranger", () => {
    for (const path of all) {
      expect(read(path), path).not.toMatch(/pg_(?:try_)?advisory_lock\b/);
      expect(read(path), path).not.toMatch(/set_config\([^)]*,\s*false\s*\)/i);
    }
  });

  it("leaves webhooks and background tokens to our own code, not to the library's that refreshes without a lock", () => {
    for (const path of appFiles)
      expect(read(path), path).not.toMatch(/authenticate\.webhook|unauthenticated\.admin/);
  });

  it("names no local admin in the app: what stands in for Shopify stays outside of it", () => {
    for (const path of appFiles)
      expect(read(path), path).not.toMatch(/local-admin|LOCAL_ADMIN|dev\/preload/i);
  });

  it("is pinned to one API version everywhere", () => {
    expect(read("app/platform/shopify/shopify.server.ts")).toContain("ApiVersion.July26");
    expect(read("shopify.app.toml")).toContain(`api_version = "2026-07"`);
  });
});
