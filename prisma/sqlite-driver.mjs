// The SQLite driver that this Node can load, as node_modules/better-sqlite3.
// Version 13 ships its binaries and needs Node-API 10 (Node 22.14 and later); on an older Node it ends the process with a
// segmentation fault. There version 12, which npm compiles once (about a minute), takes its place. Version 12 on every Node would be
// no way: on Node 24 most processes that used it end with SIGABRT, and it has no binaries in the package.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, symlinkSync } from "node:fs";
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
