/**
 * A process under fire: the app's worker with handlers whose effects can be counted and, where PORT is given, the app's door
 * beside it, as in a deployment of one process. (The build itself knows only the real handlers; it is the other door.)
 */
import { createServer } from "node:http";
import { createDoor } from "~/features/webhooks/door.server";
import { webhookEntry } from "~/features/webhooks/http-entry.server";
import { startWorker } from "~/features/webhooks/worker.server";
import { connectDatabase } from "~/platform/db/client.server";
import { scriptOption } from "~/platform/env.server";
import { BodyMemory } from "~/platform/http/request-body.server";
import { setLogLevel } from "~/platform/log.server";
import { TEST_KEYS } from "../support/tenant-rows";
import { crashHandlers } from "./handlers";

setLogLevel("warn");
const db = await connectDatabase(scriptOption("DATABASE_URL")!, { maxConnections: 8 });
const leaseMs = scriptOption("LEASE_MS");
const worker = startWorker({
  ...{ db, keys: TEST_KEYS, handlers: crashHandlers(scriptOption("ATTEMPTS_FILE")!) },
  ...(leaseMs && { leaseMs: Number(leaseMs) }),
});

const port = scriptOption("PORT");
if (port) {
  const door = createDoor(async () => db, worker.wake);
  const entry = webhookEntry(
    () => door,
    new BodyMemory(),
    (_request, response) => response.writeHead(404).end(),
  );
  createServer(entry).listen(Number(port), "127.0.0.1");
}
