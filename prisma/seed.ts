/**
 * `npm run prisma:seed`: the demo store, the same on every machine and both databases; run twice, it changes nothing.
 * `SEED_SCALE=N npm run prisma:seed`: N stores for load work instead.
 */
import { KeyServiceError } from "~/platform/crypto/kms-errors.server";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import { DatabaseUnavailableError } from "~/platform/db/errors.server";
import { ConfigurationError, databaseEnvironment, scriptOption } from "~/platform/env.server";
import { SeedRefusal, seedKeys } from "./seed/keys";
import { seedLoad } from "./seed/load";
import { progress } from "./seed/progress";
import { assertSeedable, parseScale, seedDemo } from "./seed/run";

async function main() {
  const scale = parseScale(scriptOption("SEED_SCALE"));
  const { databaseUrl, maxConnections } = databaseEnvironment();
  const { keys, published } = seedKeys();
  const db = await connectDatabase(databaseUrl, { maxConnections });
  try {
    await assertSeedable(db, { production: scriptOption("NODE_ENV") === "production" });
    if (published)
      console.log("ENCRYPTION_KEY is not set: secrets are sealed with the published development key.");
    await (scale === undefined ? demo(db, keys) : load(db, keys, scale, maxConnections));
  } finally {
    await db.$disconnect();
  }
}

async function demo(db: Db, keys: ReturnType<typeof seedKeys>["keys"]) {
  const { rows, inserted } = await seedDemo(db, { keys });
  console.log(
    inserted
      ? `Demo store backroom-demo.myshopify.com: ${inserted} of ${rows} rows added${inserted < rows ? ", the others were there" : ""}.`
      : `Demo store backroom-demo.myshopify.com: all ${rows} rows are there, 0 changed.`,
  );
}

async function load(db: Db, keys: ReturnType<typeof seedKeys>["keys"], stores: number, connections: number) {
  const bar = progress({ out: console.log, terminal: process.stdout.isTTY }, stores, "stores");
  const { rows, inserted, seconds } = await seedLoad(db, keys, stores, { onProgress: bar.done, connections });
  bar.stop();
  const rate = Math.round(rows / seconds);
  console.log(
    `${stores} load stores: ${inserted} of ${rows} rows added in ${seconds.toFixed(1)} s (${rate.toLocaleString("en-US")} rows/s).`,
  );
}

main().catch((error: unknown) => {
  const expected =
    error instanceof ConfigurationError ||
    error instanceof DatabaseUnavailableError ||
    error instanceof KeyServiceError ||
    error instanceof SeedRefusal;
  console.error(expected ? error.message : error);
  process.exitCode = 1;
});
