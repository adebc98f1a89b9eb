/** The setup of a test run, with PgBouncer between the app and its Postgres: databases.ts hands out addresses through it. */
import type { TestProject } from "vitest/node";
import globalSetup from "./global-setup";
import { startPgBouncer } from "./pgbouncer";

/** Fewer than a test's own pool holds (5 to 25), so that connections change hands all the time. */
const POOL_SIZE = 3;

export default async function setup(project: TestProject) {
  const teardown = await globalSetup(project);
  const pooler = await startPgBouncer(project.getProvidedContext().postgresUrl, POOL_SIZE);
  project.provide("poolerUrl", pooler.url);
  return async () => {
    await pooler.stop();
    await teardown();
  };
}
