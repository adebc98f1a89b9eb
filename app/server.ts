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
import express from "express";
import { closeDatabase, database } from "~/platform/db/database.server";
import { DatabaseUnavailableError } from "~/platform/db/errors.server";
import { migrationState } from "~/platform/db/migration-state.server";
import { ConfigurationError, environment } from "~/platform/env.server";
import { log, setLogLevel, withRequestId } from "~/platform/log.server";

/** Longer than any request should take, shorter than what platforms wait before SIGKILL (Fly 5 min, Render 30 s). */
const SHUTDOWN_MS = 20_000;

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

  const schema = await migrationState(await database());
  // Pending migrations keep the app up and unready: a deploy may still be running them (/readyz says so meanwhile).
  if (schema.state !== "current") log.warn({ schema: schema.state }, schema.message);

  const server = await listen(createServer(createApp()), env.port);
  log.info({ port: env.port }, "listening");
  // Platforms keep idle connections for 60 s; closing first on our side would race with their next request.
  server.keepAliveTimeout = 65_000;
  if (env.nodeEnv === "development")
    await broadcastDevReady(build as unknown as ServerBuild).catch(() => undefined);

  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void stop(server, signal));
}

function createApp() {
  const app = express();
  app.disable("x-powered-by");
  // One hop: the platform's proxy, whose X-Forwarded-Proto tells that the merchant came by https.
  app.set("trust proxy", 1);
  app.use(compression());
  app.use("/build", express.static("public/build", { immutable: true, maxAge: "1y", index: false }));
  app.use(express.static("public", { maxAge: "1h", index: false }));

  const remix = createRequestHandler({ build: build });
  app.all("*", (request, response, next) => {
    const requestId = validRequestId(request.get("x-request-id")) ?? randomUUID();
    const startedAt = performance.now();
    response.setHeader("X-Request-Id", requestId);
    response.setHeader("X-Content-Type-Options", "nosniff");
    withRequestId(requestId, () => {
      response.once("finish", () => {
        // The path only: the query of an admin page carries the session token.
        const { method, path } = request;
        const durationMs = Math.round(performance.now() - startedAt);
        log.info({ method, path, status: response.statusCode, durationMs }, "request");
      });
      void remix(request, response, next);
    });
  });
  return app;
}

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

/** No new connections, the running requests finish, then the database closes. A second signal ends at once. */
async function stop(server: Server, signal: string) {
  log.info({ signal }, "stopping");
  process.once(signal, () => process.exit(1));
  setTimeout(() => process.exit(1), SHUTDOWN_MS).unref();
  const closed = new Promise((resolve) => server.close(resolve));
  // A connection whose last answer is still on its way is idle only a moment later, and would then be kept for 65 s.
  const sweep = setInterval(() => server.closeIdleConnections(), 100);
  await closed;
  clearInterval(sweep);
  await closeDatabase();
  log.info("stopped");
  process.exit(0);
}

function isPortInUse(error: unknown): error is { port: number } {
  return (error as { code?: string } | undefined)?.code === "EADDRINUSE";
}
