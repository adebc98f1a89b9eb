// From a fresh clone to a build and a seeded database. Each step first looks whether it has anything to do.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { DATABASE, databaseState, deleteDatabase, isSeeded, putAside } from "./database.mjs";
import { install } from "./install.mjs";
import { run } from "./processes.mjs";
import { fingerprint, statOf, writeState } from "./state.mjs";

const NODE = process.execPath;
const UP_TO_DATE = "up to date";
/** In the address of the seed's MCP server (prisma/seed/demo.ts) */
const SEEDED_PROVIDERS_PORT = 4003;
const GENERATED_MARK = "prisma/generated/.made-from";
const BUILD = "build/index.js";
/** What ops/bundle.mjs writes last */
const COMMANDS = "build/commands.json";

/** Packages, clients and a build: what the demo and `npm test` both stand on. @param env for the commands it runs */
export function prepareCode(state, env) {
  return [
    {
      title: "Installing packages",
      run: async () => {
        const outcome = await install(state.done, env);
        writeState(state);
        return outcome;
      },
    },
    { title: "Generating the database clients", run: () => generate(env) },
    { title: "Building the app", run: () => build(state, env) },
  ];
}

/** The demo's database and its rows. @param env the environment that the app itself will get */
export function prepareData(state, env, { reset }) {
  const keyIds = env.ENCRYPTION_KEY.split(",").map((entry) => entry.split(":")[0]);
  return [
    { title: `Preparing ${DATABASE}`, run: () => prepareDatabase(state, env, keyIds, reset) },
    { title: "Seeding the demo store", run: () => seed(state, env) },
    { title: "Moving the demo store to today", run: () => moveToNow(state, env) },
  ];
}

function keep(state, name, value) {
  state.done[name] = value;
  writeState(state);
}

async function generate(env) {
  const madeFrom = fingerprint([
    "prisma/schema.prisma",
    "prisma/schema.sqlite.prisma",
    "node_modules/prisma/package.json",
  ]);
  const clients = ["postgres", "sqlite"].map((engine) => `prisma/generated/${engine}/index.js`);
  if (clients.every(statOf) && statOf(GENERATED_MARK) && readFileSync(GENERATED_MARK, "utf8") === madeFrom)
    return UP_TO_DATE;
  await run("Generating the Prisma clients", NODE, ["ops/run.mjs", "prisma/generate"], { env });
  writeFileSync(GENERATED_MARK, madeFrom);
}

async function prepareDatabase(state, env, keyIds, reset) {
  if (reset) {
    deleteDatabase();
    delete state.done.providersPort;
  }
  const found = databaseState(keyIds);
  if (found === "current") return UP_TO_DATE;
  const aside = found === "foreign" ? putAside() : undefined;
  await run(`Preparing ${DATABASE}`, NODE, ["node_modules/prisma/build/index.js", "migrate", "deploy"], {
    env,
  });
  if (aside) return `made anew; the one that was there is not the demo's and is kept as ${aside}`;
}

async function seed(state, env) {
  const seedFiles = fingerprint(["prisma/seed.ts", "prisma/seed", "prisma/schema.sqlite.prisma"]);
  if (state.done.seed === seedFiles && isSeeded()) return UP_TO_DATE;
  await run("Seeding the demo store", NODE, ["ops/run.mjs", "prisma/seed"], { env });
  keep(state, "seed", seedFiles);
}

/** The rows stand at now, and the seeded MCP server at the port that it has this time. */
async function moveToNow(state, env) {
  await import("../../prisma/register-ts-loader.mjs");
  const { moveRows } = await import("./move-rows.ts");
  const { pointToProviders } = await import("./database.mjs");
  const moved = moveRows(DATABASE, new Date());
  const port = Number(env.LOCAL_PROVIDERS_PORT);
  pointToProviders(state.done.providersPort ?? SEEDED_PROVIDERS_PORT, port);
  keep(state, "providersPort", port);
  return moved ? undefined : UP_TO_DATE;
}

async function build(state, env) {
  const sources = fingerprint(
    [
      ...["app", "ops", "public", "remix.config.js", "package-lock.json", "tsconfig.json"],
      ...["prisma.config.ts", "prisma/seed", ...commandsIn("prisma")],
    ],
    ["public/build"],
  );
  // Somebody may have built another state of the sources since: the file's own time tells.
  const mark = () => `${sources} ${statOf(BUILD)?.mtimeMs} ${statOf(COMMANDS)?.mtimeMs}`;
  if (state.done.build === mark()) return UP_TO_DATE;
  const production = { env: { ...env, NODE_ENV: "production" } };
  await run("Building the app", NODE, ["node_modules/@remix-run/dev/dist/cli.js", "build"], production);
  await run("Building the app", NODE, ["ops/bundle.mjs"], production);
  keep(state, "build", mark());
}

function commandsIn(folder) {
  return readdirSync(folder).flatMap((name) => (name.endsWith(".ts") ? `${folder}/${name}` : []));
}
