// `npm run demo`: from a fresh clone to the app in the browser, inside a local stand-in for the Shopify admin.
//   --port N   where the admin listens (PORT, or 4000); the next free port when it is taken
//   --reset    begins with a new database
//   --check    starts, opens the page as a browser would, and stops; exit code 0 when it was the app
import { chdir } from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { checkPages } from "./demo/check.mjs";
import { demoEnvironment } from "./demo/environment.mjs";
import { freePort } from "./demo/ports.mjs";
import { prepareCode, prepareData } from "./demo/prepare.mjs";
import { stopAll } from "./demo/processes.mjs";
import { announce, findRunning } from "./demo/running.mjs";
import { LOG_FILE, serve } from "./demo/serve.mjs";
import { namesIn, readState, statOf } from "./demo/state.mjs";
import { DemoError, runSteps } from "./demo/terminal.mjs";

const USAGE = "Usage: npm run demo -- [--port N] [--reset] [--check]";
const HOSTNAME = "localhost";
const SHOP_HANDLE = "backroom-demo";
/** dev/local-admin/empty-shop.ts */
const EMPTY_HANDLE = "backroom-empty";

for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }))
  process.once(signal, () => void stop(signal, code));

main().catch(async (error) => {
  await stopAll();
  console.error(error instanceof DemoError ? `\n${error.message}` : error);
  process.exit(1);
});

async function main() {
  const options = readOptions();
  chdir(fileURLToPath(new URL("..", import.meta.url)));
  const other = await findRunning();
  if (other) return beside(other, options);
  const ports = await choosePorts(options.port);
  const state = readState();
  const env = demoEnvironment({ shell: process.env, keys: state.keys, ports, hostname: HOSTNAME });
  const urlOf = (handle) => `http://${HOSTNAME}:${ports.admin}/store/${handle}/apps/backroom/app`;
  const url = urlOf(SHOP_HANDLE);
  await announce(url);
  sayWhatIsIgnored();
  let running;
  await runSteps([
    ...prepareCode(state, env),
    ...prepareData(state, env, options),
    {
      title: "Starting",
      run: async () => {
        running = await serve(env, ports);
        if (options.check) await checkPages(url);
      },
    },
  ]);
  if (options.check) {
    await stopAll();
    console.log("The app answers in its frame. Stopped.");
    process.exit(0);
  }
  console.log(`Ctrl-C stops everything; the log is in ${LOG_FILE}.`);
  console.log(`A store without any data, as after an install: ${urlOf(EMPTY_HANDLE)}`);
  console.log(`Backroom is running at ${url}`);
  await running.ended;
}

/** A second start in one folder: the database, the build and the log belong to the demo that runs. */
async function beside({ url, pid }, options) {
  const stopIt = `Stop it first, with Ctrl-C where it runs (process ${pid}).`;
  if (options.reset)
    throw new DemoError(`The demo runs at ${url}, and --reset would delete its database. ${stopIt}`);
  if (options.portIsAsked && Number(new URL(url).port) !== options.port)
    throw new DemoError(`The demo of this folder runs already, at ${url}. ${stopIt}`);
  if (options.check) {
    await checkPages(url);
    console.log("The app answers in its frame. The demo that ran before goes on.");
  } else {
    console.log(`The demo of this folder runs already (process ${pid}); Ctrl-C there stops it.`);
    console.log(`Backroom is running at ${url}`);
  }
  process.exit(0);
}

function sayWhatIsIgnored() {
  const names = namesIn(".env.example").filter((name) => name !== "PORT" && process.env[name]);
  const ignored = [...(statOf(".env") ? ["the file .env"] : []), ...names];
  if (ignored.length)
    console.log(`The demo has its own configuration and does not read: ${ignored.join(", ")}.`);
}

function readOptions() {
  try {
    const options = {
      ...{ port: { type: "string" }, reset: { type: "boolean" }, check: { type: "boolean" } },
      help: { type: "boolean" },
    };
    const { values } = parseArgs({ options });
    if (values.help) {
      console.log(USAGE);
      process.exit(0);
    }
    if (values.port !== undefined && !isPort(values.port))
      throw new Error(`${String(values.port)} is not a port.`);
    const { PORT } = process.env;
    if (PORT && !isPort(PORT)) console.log(`PORT=${PORT} is not a port; taking 4000.`);
    const port = Number(values.port ?? (isPort(PORT) ? PORT : 4000));
    return { ...values, port, portIsAsked: values.port !== undefined };
  } catch (error) {
    console.error(`${error.message}\n${USAGE}`);
    process.exit(2);
  }
}

function isPort(text) {
  return /^\d{1,5}$/.test(text ?? "") && Number(text) >= 1 && Number(text) <= 65_535;
}

async function choosePorts(wanted) {
  const admin = await freePort(wanted);
  if (admin !== wanted) console.log(`Port ${wanted} is in use; taking ${admin}.`);
  const tunnel = await freePort(admin + 1);
  const app = await freePort(tunnel + 1);
  const providers = await freePort(app + 1);
  return { admin, tunnel, app, providers };
}

/** A terminal's Ctrl-C reaches the children by itself; they get a moment before they are told again. */
async function stop(signal, code) {
  await stopAll({ grace: signal === "SIGINT" ? 1_000 : 0 });
  console.log("\nStopped.");
  process.exit(code);
}
