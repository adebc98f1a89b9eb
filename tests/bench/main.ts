/**
 * `npm run bench [-- --short]`: every figure of the README in one run, as ratios beside the bare limit. Nothing here
 * passes or fails: a machine is slow or fast, and the numbers say so. `--short` is the form that CI runs.
 */
import { cpus, release, totalmem } from "node:os";
import { openDatabases } from "./databases";
import { benchColdStart } from "./cold-start.bench";
import { benchConnections } from "./connections.bench";
import { benchPages } from "./pages.bench";
import { benchRepositories } from "./repository.bench";
import { benchSecrets } from "./secrets.bench";
import { benchDoor, DOOR_LONG, DOOR_SHORT } from "./webhooks/door.bench";

const short = process.argv.includes("--short");
const memory = Math.round(totalmem() / 2 ** 30);
console.log(
  `${new Date().toISOString().slice(0, 10)} · ${cpus().length} × ${cpus()[0]?.model.trim()} · ${memory} GB · Linux ${release()} · Node ${process.version}`,
);

const databases = await openDatabases();
try {
  await benchDoor(databases, short ? DOOR_SHORT : DOOR_LONG);
  await benchRepositories(databases);
  await benchSecrets(databases, short ? 400 : 8_000);
  await benchConnections(databases, short ? 3 : 15);
  await benchPages(databases, short ? 50 : 1_000);
  await benchColdStart(databases, short ? 2 : 7);
} finally {
  await databases.close();
}
process.exit(0);
