/**
 * `npm run prisma:seed`: the demo store, the same on every machine and both databases; run twice, it changes nothing.
 * `SEED_SCALE=N npm run prisma:seed`: N stores for load work instead.
 */
import { fileURLToPath } from "node:url";
import { command, runInShell, UsageError, type Io } from "~/platform/command.server";
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import { KeyServiceError } from "~/platform/crypto/kms-errors.server";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import { databaseEnvironment } from "~/platform/env.server";
import { SeedRefusal, seedKeys } from "./seed/keys";
import { seedLoad } from "./seed/load";
import { progress } from "./seed/progress";
import { assertSeedable, parseScale, seedDemo } from "./seed/run";

const HELP = `npm run prisma:seed

Adds the rows of the demo store that are missing to the database of DATABASE_URL; a second time it changes nothing. With
SEED_SCALE=N it adds N stores for load work instead.
Exit code: 0 done, 1 the database cannot be seeded (one sentence says why), 2 wrong arguments.`;

export const main = command({
  name: "npm run prisma:seed",
  help: HELP,
  expected: [SeedRefusal, KeyServiceError],
  exitCode: (error) => (error instanceof UsageError ? 2 : 1),
  run: async (_, env, io) => {
    const scale = parseScale(env.SEED_SCALE || undefined);
    const { databaseUrl, maxConnections } = databaseEnvironment(env);
    const { keys, published } = seedKeys(env);
    const db = await connectDatabase(databaseUrl, { maxConnections });
    try {
      await assertSeedable(db, { production: env.NODE_ENV === "production" });
      if (published)
        io.out("ENCRYPTION_KEY is not set: secrets are sealed with the published development key.");
      await (scale === undefined ? demo(db, keys, io) : load(db, keys, io, scale, maxConnections));
    } finally {
      await db.$disconnect();
    }
    return 0;
  },
});

async function demo(db: Db, keys: KeyProvider, io: Io) {
  const { rows, inserted } = await seedDemo(db, { keys });
  io.out(
    inserted
      ? `Demo store backroom-demo.myshopify.com: ${inserted} of ${rows} rows added${inserted < rows ? ", the others were there" : ""}.`
      : `Demo store backroom-demo.myshopify.com: all ${rows} rows are there, 0 changed.`,
  );
}

async function load(db: Db, keys: KeyProvider, io: Io, stores: number, connections: number) {
  const bar = progress(io, stores, "stores");
  const { rows, inserted, seconds } = await seedLoad(db, keys, stores, { onProgress: bar.done, connections });
  bar.stop();
  const rate = Math.round(rows / seconds);
  io.out(
    `${stores} load stores: ${inserted} of ${rows} rows added in ${seconds.toFixed(1)} s (${rate.toLocaleString("en-US")} rows/s).`,
  );
}

// `prisma db seed` runs this file itself.
if (process.argv[1] === fileURLToPath(import.meta.url)) await runInShell(main);
