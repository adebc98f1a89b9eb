import { driverFits } from "../../prisma/sqlite-driver.mjs";
import { run } from "./processes.mjs";
import { fingerprint, statOf } from "./state.mjs";

/** Whether `npm ci` has to run: nothing is installed, another Node installed it, or the lockfile changed since. */
export function needsInstall(done = {}, fits = driverFits) {
  const installed = statOf("node_modules/.package-lock.json");
  if (!installed || !fits()) return true;
  // A checkout touches the lockfile without changing it, so its content has the last word.
  return statOf("package-lock.json").mtimeMs > installed.mtimeMs && done.install !== lockfile();
}

/** @returns "up to date", or nothing when it installed */
export async function install(done, env) {
  if (!needsInstall(done)) return "up to date";
  const [command, ...first] = npmCommand(env);
  const args = [...first, "ci", "--no-audit", "--no-fund", "--include=dev"];
  await run("Installing packages with npm ci", command, args, { env });
  done.install = lockfile();
}

function lockfile() {
  return fingerprint(["package-lock.json"]);
}

/** The npm that started us, or the one of the path. */
function npmCommand({ npm_execpath: cli }) {
  if (cli?.endsWith(".js")) return [process.execPath, cli];
  return [process.platform === "win32" ? "npm.cmd" : "npm"];
}
