/**
 * What a fresh clone lacks, made with nothing but Node and npm: packages and the two Prisma clients.
 * Plain JavaScript without imports from node_modules, because there may be none yet.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** True when node_modules is what package-lock.json asks for. */
export function packagesAreInstalled() {
  const installed = "node_modules/.package-lock.json";
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync("package-lock.json").mtimeMs;
}

/** `npm ci`, whose last step (postinstall) generates the clients too. */
export function installPackages() {
  run("npm", ["ci", "--no-audit", "--no-fund"]);
  stampClients();
}

export function clientsAreGenerated() {
  const stamp = "prisma/generated/.schema-hash";
  const generated = existsSync(stamp) && existsSync("node_modules/.prisma/client/default.js");
  return generated && readFileSync(stamp, "utf8") === schemaHash();
}

export function generateClients() {
  run("npm", ["run", "-s", "prisma:generate"]);
  stampClients();
}

/** True when build/ was made from the sources as they are now. */
export function buildIsCurrent() {
  const stamp = "build/.source-hash";
  return existsSync(stamp) && readFileSync(stamp, "utf8") === sourceHash();
}

export function buildApp() {
  run("npm", ["run", "-s", "build"]);
  writeFileSync("build/.source-hash", sourceHash());
}

/** Runs a command to its end. @throws {Error} with its output when it fails */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, {
    encoding: "utf8",
    shell: process.platform === "win32",
    ...options,
  });
  if (result.status !== 0)
    throw new Error(`\`${command} ${args.join(" ")}\` failed:\n${result.stdout ?? ""}${result.stderr ?? ""}`);
  return result.stdout;
}

function stampClients() {
  writeFileSync("prisma/generated/.schema-hash", schemaHash());
}

function schemaHash() {
  return hashFiles(["prisma/schema.prisma", "prisma/schema.sqlite.prisma", "package-lock.json"]);
}

function sourceHash() {
  const sources = readdirSync("app", { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return hashFiles([...sources, "remix.config.js", "package-lock.json"]);
}

function hashFiles(paths) {
  const hash = createHash("sha256");
  for (const path of paths) hash.update(path).update(readFileSync(path));
  return hash.digest("hex");
}
