/** The setup of a run with a browser: one Chromium for all files, and the seeded databases that each demo gets a copy of. */
import { copyFileSync, existsSync } from "node:fs";
import { chromium } from "playwright-core";
import type { ProvidedContext } from "vitest";
import type { TestProject } from "vitest/node";
import { connectDatabase } from "~/platform/db/client.server";
import { localKeyProvider, parseKeyring, type Keyring } from "~/platform/crypto/keyring.server";
import { seedDemo } from "../../prisma/seed/run";
import { ENCRYPTION_KEY } from "./demo-key";
import globalSetup from "./global-setup";
import { administer, databaseUrl } from "./postgres";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the run's Chromium listens */
    chromium: string;
    /** As sqliteTemplate and postgresTemplate, with the demo's rows */
    seededSqlite: string;
    seededPostgres: string;
  }
}

/** Debian's. The first has no window to draw, and needs a third less CPU; everything else is the same browser. */
const CHROMIUM = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export default async function setup(project: TestProject) {
  const teardown = await globalSetup(project);
  const context = project.getProvidedContext();
  const [server] = await Promise.all([
    chromium.launchServer({
      executablePath: CHROMIUM.find((path) => existsSync(path)) ?? CHROMIUM[0],
      args: FLAGS,
    }),
    seedTemplates(context, (name, value) => project.provide(name, value)),
  ]);
  project.provide("chromium", server.wsEndpoint());
  return async () => {
    await server.close();
    await teardown();
  };
}

async function seedTemplates(
  { postgresUrl, postgresTemplate, sqliteTemplate, databasePrefix }: ProvidedContext,
  provide: (name: "seededSqlite" | "seededPostgres", value: string) => void,
) {
  const file = `${sqliteTemplate}.seeded`;
  copyFileSync(sqliteTemplate, file);
  await seed(`file:${file}`);
  provide("seededSqlite", file);

  const name = `${databasePrefix}seeded`;
  await administer(postgresUrl, `CREATE DATABASE ${name} TEMPLATE ${postgresTemplate}`);
  await seed(databaseUrl(postgresUrl, name));
  provide("seededPostgres", name);
}

async function seed(url: string) {
  const db = await connectDatabase(url);
  await seedDemo(db, { keys: localKeyProvider(parseKeyring(ENCRYPTION_KEY) as Keyring) });
  await db.$disconnect();
}
