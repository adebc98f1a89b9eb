// `npm run test:node -- 26 [test files…]`: the demo and the suite on another Node, in a fresh copy of this checkout. The Node comes
// from npm (package `node`) and stays in .cache. Ends as `npm test` does, with a line of counts.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { chdir } from "node:process";
import { fileURLToPath } from "node:url";

chdir(fileURLToPath(new URL("..", import.meta.url)));
const [version, ...tests] = process.argv.slice(2);
if (!/^\d+(\.\d+){0,2}$/.test(version ?? "")) {
  console.error("Usage: npm run test:node -- <version, e.g. 26 or 22.14> [test files…]");
  process.exit(2);
}

const npm = process.env.npm_execpath ?? "npm";
const folder = mkdtempSync(join(tmpdir(), `backroom-node-${version}-`));
// Postgres does not run as root, and is started from within it.
chmodSync(folder, 0o755);
try {
  const node = installNode(version);
  copyCheckout(folder);
  const env = environmentOf(node);
  run("Node", node, ["--version"], { env });
  run("the demo", node, [npm, "run", "demo", "--", "--check"], { env });
  run("the suite", node, [npm, "test", "--", ...tests], { env });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @returns the path of its binary */
function installNode(version) {
  const prefix = resolve(".cache", `node-${version}`);
  const binary = join(prefix, "node_modules/node/bin/node");
  if (!existsSync(binary))
    run("npm install node", process.execPath, [
      ...[npm, "install", "--prefix", prefix, "--no-save", "--no-audit", "--no-fund"],
      `node@${version}`,
    ]);
  return binary;
}

/** What git has, and what is new beside it: neither packages nor builds. */
function copyCheckout(into) {
  const listed = spawnSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
    encoding: "utf8",
  });
  for (const path of listed.stdout.split("\0").filter((path) => path && existsSync(path)))
    cpSync(path, join(into, path));
}

/** With this Node first among the programs, and its own headers for what is compiled. */
function environmentOf(node) {
  const platform = `node-${process.platform}-${process.arch}`;
  const nodedir = join(dirname(dirname(node)), "node_modules", platform);
  return {
    ...process.env,
    PATH: `${dirname(node)}${delimiter}${process.env.PATH}`,
    npm_config_nodedir: nodedir,
    npm_node_execpath: node,
  };
}

function run(title, command, args, { env = process.env } = {}) {
  console.log(`── ${title}`);
  const inside = env === process.env ? undefined : folder;
  const { status } = spawnSync(command, args, { cwd: inside, env, stdio: "inherit" });
  if (status === 0) return;
  console.error(`${title} ended with ${status} on Node ${version}.`);
  if (title !== "the suite") console.log("0 passed, 1 failed");
  rmSync(folder, { recursive: true, force: true });
  process.exit(1);
}
