// The second half of `npm run build`: each command that production runs, as one file in build/ (or the folder that is given), for
// ops/run.mjs; and build/prisma.config.mjs, which the Prisma CLI reads where it is put in place of prisma.config.ts.
import { copyFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const COMMANDS = [
  "ops/backup",
  "ops/cron",
  "ops/doctor",
  "ops/empty",
  "ops/inbox",
  "ops/libpq",
  "ops/refresh",
  "ops/restore",
  "ops/retention",
  "ops/rewrap",
  "ops/verify",
  "ops/webhooks",
  "prisma/generate",
  "prisma/resolve",
  "prisma/seed",
];
/** Threads, which are found beside the bundle that starts them */
const WORKERS = ["ops/backup/sqlite-copy.mjs"];
/** Threads of the app and of commands (app/platform/untrusted/thread.server.ts) */
const THREADS = { "threads/mcp": "app/features/connections/providers/mcp-thread.ts" };

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const outdir = resolve(process.argv[2] ?? `${root}/build`);
const list = `${outdir}/commands.json`;

/** What ops/run.mjs needs of a command: its `main`, and the process around it. */
const commands = {
  name: "commands",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^command:/ }, ({ path }) => ({ namespace: "command", path: path.slice(8) }));
    onLoad({ filter: /./, namespace: "command" }, ({ path }) => ({
      contents: `export { main } from "./${path}"; export { runInShell } from "~/platform/command.server";`,
      resolveDir: root,
    }));
  },
};

rmSync(list, { force: true });
const { metafile } = await esbuild.build({
  absWorkingDir: root,
  entryPoints: {
    ...Object.fromEntries(COMMANDS.map((entry) => [entry, `command:${entry}`])),
    "prisma.config": "prisma.config.ts",
    ...THREADS,
  },
  plugins: [commands],
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  outdir,
  outExtension: { ".js": ".mjs" },
  // Native code, what is generated, and what Prisma finds beside its own files. Its adapter for Postgres is not among them: it
  // must share one `pg` with our own pool.
  external: [
    "#prisma/*",
    "@prisma/adapter-better-sqlite3",
    "@prisma/client",
    "better-sqlite3",
    "pg-native",
    "prisma",
  ],
  // CommonJS packages in an ES module.
  banner: {
    js: `import { createRequire as createRequireOfBundle } from "node:module"; const require = createRequireOfBundle(import.meta.url);`,
  },
  metafile: true,
  logLevel: "warning",
});
for (const worker of WORKERS) copyFileSync(`${root}/${worker}`, `${outdir}/ops/${basename(worker)}`);
// Last: it says that the bundles are there, and what they were made of.
const sources = Object.keys(metafile.inputs).filter((path) => !/^command:|node_modules\//.test(path));
writeFileSync(list, JSON.stringify([...sources, ...WORKERS]));
