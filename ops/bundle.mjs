// The second half of `npm run build`: each command that production runs, as one file in build/, for ops/run.mjs; and
// build/prisma.config.mjs, which the Prisma CLI reads where it is put in place of prisma.config.ts.
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const COMMANDS = [
  "ops/backup",
  "ops/cron",
  "ops/inbox",
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
const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Threads, which are found beside the file that starts them */
const WORKERS = ["ops/backup/sqlite-copy.mjs"];

mkdirSync(`${root}/build/ops`, { recursive: true });
for (const worker of WORKERS) copyFileSync(`${root}/${worker}`, `${root}/build/ops/${basename(worker)}`);
await Promise.all(COMMANDS.map(bundleCommand));
await bundle("prisma.config", `export { default } from "./prisma.config";`);

async function bundleCommand(entry) {
  const contents = `export { main } from "./${entry}"; export { runInShell } from "~/platform/command.server";`;
  const { outfile, metafile } = await bundle(entry, contents);
  const sources = Object.keys(metafile.inputs).filter((path) => !/^<|node_modules\//.test(path));
  writeFileSync(`${outfile}.inputs.json`, JSON.stringify([...sources, ...WORKERS]));
}

async function bundle(name, contents) {
  const outfile = `${root}/build/${name}.mjs`;
  const { metafile } = await build({
    absWorkingDir: root,
    stdin: { contents, resolveDir: root, loader: "ts" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    outfile,
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
  return { outfile, metafile };
}
