// `node ops/run.mjs ops/retention …`: a command (app/platform/command.server.ts) from its bundle of `npm run build`, which starts
// in a fifth of the time and needs neither tsx nor the app's source; from its source where there is no bundle, or a newer source.
import { existsSync, readFileSync, statSync } from "node:fs";
import module from "node:module";

const root = new URL("../", import.meta.url);
const [entry] = process.argv.splice(2, 1);

// Node 20.19 calls the X25519 of Web Crypto, with which backups are sealed, an experiment; the later ones do not.
const print = process.listeners("warning")[0];
process.removeAllListeners("warning");
process.on("warning", (warning) => warning.name === "ExperimentalWarning" || print?.(warning));

// Of Node 22 and later: what was compiled once is read from a folder of the temporary files.
module.enableCompileCache?.();

const { main, runInShell } = await load();
await runInShell(main);

async function load() {
  const bundle = new URL(`build/${entry}.mjs`, root);
  if (isCurrent(bundle)) return import(bundle);
  const source = new URL(`${entry}.ts`, root);
  if (!existsSync(source)) {
    console.error(`There is no command ${entry}, neither as source nor as a bundle of npm run build.`);
    process.exit(2);
  }
  const { register } = await import("tsx/esm/api");
  register();
  const shell = await import(new URL("app/platform/command.server.ts", root));
  return { ...(await import(source)), runInShell: shell.runInShell };
}

/** Whether there is a bundle, and none of the files that the bundles are made of has changed since; in production they are not there. */
function isCurrent(bundle) {
  const list = new URL("build/commands.json", root);
  if (!existsSync(bundle) || !existsSync(list)) return false;
  const madeAt = statSync(list).mtimeMs;
  return JSON.parse(readFileSync(list, "utf8")).every((input) => {
    const stat = statSync(new URL(input, root), { throwIfNoEntry: false });
    return !stat || stat.mtimeMs <= madeAt;
  });
}
