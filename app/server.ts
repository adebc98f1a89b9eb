/**
 * The process: read the configuration, open the database, serve Remix, and stop without dropping a request.
 * Bundled by Remix with its build (remix.config.js `server`); `npm start` runs the result.
 */
import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import { createRequestHandler } from "@remix-run/express";
import { broadcastDevReady, installGlobals, type ServerBuild } from "@remix-run/node";
import * as build from "@remix-run/dev/server-build";
import compression from "compression";
import express, { type ErrorRequestHandler, type RequestHandler } from "express";
import { processDoor } from "~/features/webhooks/door.server";
import { HANDLERS } from "~/features/webhooks/handlers/topics.server";
import { webhookEntry } from "~/features/webhooks/http-entry.server";
import { startWorker, type InboxWorker } from "~/features/webhooks/worker.server";
import { keyProvider } from "~/platform/crypto/keys.server";
import { assertUsable } from "~/platform/db/database-findings.server";
import { closeDatabase, database } from "~/platform/db/database.server";
import { DatabaseUnavailableError, isDatabaseUnavailable } from "~/platform/db/errors.server";
import { migrationState } from "~/platform/db/migration-state.server";
import { ConfigurationError, environment } from "~/platform/env.server";
import { ownAddress } from "~/platform/http/own-address.server";
import { closeOutbound } from "~/platform/http/ssrf-guard.server";
import { log, setLogLevel, withRequestId } from "~/platform/log.server";
import { stopWhatIsLong } from "~/platform/stopping.server";

/** Longer than any request should take once it is told to stop, shorter than what platforms wait before SIGKILL (Fly 5 min, Render 30 s). */
const SHUTDOWN_MS = 20_000;

/** How long a request may take to arrive, looked at every second: Shopify and browsers are done in less. */
const PATIENCE = { headersTimeout: 10_000, requestTimeout: 10_000, connectionsCheckingInterval: 1_000 };

installGlobals({ nativeFetch: true });

main().catch((error: unknown) => {
  // Configuration and database faults are for the operator: sentences, no stack trace.
  if (error instanceof ConfigurationError) for (const problem of error.problems) console.error(problem);
  else if (error instanceof DatabaseUnavailableError) console.error(error.message);
  else if (isPortInUse(error))
    console.error(`Port ${error.port} is in use. Stop what listens there, or set PORT to a free one.`);
  else console.error(error);
  process.exit(1);
});

async function main() {
  const { env } = environment();
  setLogLevel(env.logLevel);
  process.on("unhandledRejection", surviveLostRollback);

  const db = await database();
  for (const { code, sentence } of await assertUsable(db)) log.warn({ finding: code }, sentence);
  const schema = await migrationState(db);
  // Pending migrations keep the app up and unready: a deploy may still be running them (/readyz says so meanwhile).
  if (schema.state !== "current") log.warn({ schema: schema.state }, schema.message);

  let worker: InboxWorker | undefined;
  const entry = webhookEntry(() => processDoor(() => worker?.wake()), createApp(env.appUrl));
  // Node drops the second of two Authorization lines; joined they are one that nobody accepts, as two signatures are.
  const server = await listen(createServer({ joinDuplicateHeaders: true, ...PATIENCE }, entry), env.port);
  // Not before the port is ours: a second process that is about to end must not take events with it.
  if (env.inboxWorker) worker = startWorker({ db, keys: keyProvider(), handlers: HANDLERS });
  log.info({ port: env.port }, "listening");
  // Platforms keep idle connections for 60 s; closing first on our side would race with their next request.
  server.keepAliveTimeout = 65_000;
  if (env.nodeEnv === "development")
    await broadcastDevReady(build as unknown as ServerBuild).catch(() => undefined);

  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.once(signal, () => void stop(server, worker, signal));
}

/**
 * Prisma (6.19) takes back a transaction whose time is over, and waits for nobody to hear how that went: a database that is gone
 * without a word would end the process 25 s later. What else nobody caught ends it, as Node would have it.
 */
function surviveLostRollback(error: unknown) {
  if (!isDatabaseUnavailable(error)) throw error;
  log.warn({ err: error }, "a transaction could not be taken back, because the database does not answer");
}

function createApp(appUrl: string) {
  const app = express();
  app.disable("x-powered-by");
  // For Remix, which reads the address that own-address.server.ts has put into the forwarding headers.
  app.set("trust proxy", 1);
  app.use(compression());
  app.use("/build", express.static("public/build", { immutable: true, maxAge: "1y", index: false }));
  app.use(express.static("public", { maxAge: "1h", index: false }));

  app.use(logged);
  app.use(ownAddress(appUrl));
  const remix = createRequestHandler({ build });
  app.use((request, response, next) => void remix(request, response, next));
  app.use(answerFailure);
  return app;
}

const MOST_OF_A_PATH = 200;

/** One line per request, and its id on every line that is logged while it is served. */
const logged: RequestHandler = (request, response, next) => {
  const requestId = validRequestId(request.get("x-request-id")) ?? randomUUID();
  const startedAt = performance.now();
  response.setHeader("X-Request-Id", requestId);
  response.setHeader("X-Content-Type-Options", "nosniff");
  withRequestId(requestId, () => {
    response.once("finish", () => {
      // The path only: the query of an admin page carries the session token. And of a path no more than any of ours has.
      const { method } = request;
      const path = request.path.slice(0, MOST_OF_A_PATH);
      const durationMs = Math.round(performance.now() - startedAt);
      log.info({ method, path, status: response.statusCode, durationMs }, "request");
    });
    next();
  });
};

/** What got past Remix: the log has it, the caller gets a sentence. Express' own answer would show a stack. */
const answerFailure: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
  log.error({ err: error }, "a request failed outside of Remix");
  if (response.headersSent) response.end();
  else response.status(500).type("text").send("Something went wrong on our side.\n");
};

/** What a proxy set, if it is something that we want in our logs. */
function validRequestId(value: string | undefined): string | undefined {
  return value && /^[\w.:-]{1,100}$/.test(value) ? value : undefined;
}

function listen(server: Server, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, () => resolve(server));
  });
}

/**
 * No new connections and no new webhooks, what is running finishes (what is long: its step), then the database closes. A second signal ends at once.
 */
async function stop(server: Server, worker: InboxWorker | undefined, signal: string) {
  log.info({ signal }, "stopping");
  process.once(signal, () => process.exit(1));
  setTimeout(() => process.exit(1), SHUTDOWN_MS).unref();
  stopWhatIsLong();
  const closed = new Promise((resolve) => server.close(resolve));
  // A connection whose last answer is still on its way is idle only a moment later, and would then be kept for 65 s.
  const sweep = setInterval(() => server.closeIdleConnections(), 100);
  await Promise.all([closed, worker?.stop()]);
  clearInterval(sweep);
  await Promise.all([closeDatabase(), closeOutbound()]);
  log.info("stopped");
  process.exit(0);
}

function isPortInUse(error: unknown): error is { port: number } {
  return (error as { code?: string } | undefined)?.code === "EADDRINUSE";
}
