// The SQLite driver that this Node can load, as node_modules/better-sqlite3.
// Version 13 ships its binaries and needs Node-API 10 (Node 22.14 and later); on an older Node it ends the process with a
// segmentation fault. There version 12, which npm compiles once (about a minute), takes its place. Version 12 on every Node would be
// no way: on Node 24 most processes that used it end with SIGABRT, and it has no binaries in the package.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const INSTALLED = "node_modules/better-sqlite3";
const COMPILED = join("prisma/sqlite-for-node-20", INSTALLED);
const hasNodeApi10 = Number(process.versions.napi) >= 10;

/** Whether the installed driver is the one for this Node. */
export function driverFits() {
  try {
    const { version } = JSON.parse(readFileSync(`${INSTALLED}/package.json`, "utf8"));
    return hasNodeApi10 ? !version.startsWith("12.") : version.startsWith("12.") && loads(INSTALLED);
  } catch {
    return false;
  }
}

/**
 * After every `npm install`: puts version 12 in its place where this Node needs it.
 * @param npm the npm that is installing, as it names itself in npm_execpath
 * @returns whether the driver is there
 */
export function installDriver(npm) {
  if (hasNodeApi10) return true;
  if (!loads(COMPILED)) compile(npm);
  if (!loads(COMPILED)) return false;
  rmSync(INSTALLED, { recursive: true, force: true });
  symlinkSync(resolve(COMPILED), INSTALLED, "junction");
  return true;
}

/**
 * npm drops `gypfile` from the lockfile whenever it writes it. Without it npm 10 takes version 13 for a package that is to be
 * compiled, and fails on a machine without python3 and a compiler, although there is nothing to compile.
 */
export function lockWithoutCompiling(lockfile) {
  return lockfile.replace(
    /("node_modules\/better-sqlite3": \{\n( +)"version": "13\.[^"]+",\n)(?! +"gypfile")/,
    '$1$2"gypfile": false,\n',
  );
}

/** After every `npm install`: writes the lockfile again where npm has dropped that line. */
export function keepLockfile(path = "package-lock.json") {
  const written = readFileSync(path, "utf8");
  const lockfile = lockWithoutCompiling(written);
  if (lockfile !== written) writeFileSync(path, lockfile);
}

/** False for a driver that is not there, or that another Node has compiled. */
function loads(folder) {
  try {
    const Database = createRequire(import.meta.url)(resolve(folder));
    new Database(":memory:").close();
    return true;
  } catch {
    return false;
  }
}

function compile(npm) {
  console.log(
    `Node ${process.versions.node} needs its SQLite driver compiled, once, in about a minute; Node 22.14 and later do not.`,
  );
  const [command, ...first] = npm?.endsWith("js") ? [process.execPath, npm] : ["npm"];
  spawnSync(command, [...first, "ci", "--prefix", "prisma/sqlite-for-node-20", "--no-audit", "--no-fund"], {
    stdio: ["ignore", "ignore", "inherit"],
    // node-gyp compiles one file at a time otherwise.
    env: { ...process.env, JOBS: "max" },
  });
}
