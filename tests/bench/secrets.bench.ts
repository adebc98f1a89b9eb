import { spawn } from "node:child_process";
import { StoreSecretRepository } from "~/features/connections/store-secret.repository.server";
import { kmsKeyProvider } from "~/platform/crypto/kms.server";
import { localKeyProvider, parseKeyring, type Keyring } from "~/platform/crypto/keyring.server";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import { childEnvironment } from "~/platform/env.server";
import { KMS_CREDENTIALS, KMS_REGION, startKms } from "../support/kms";
import { insertSealedStores, PROVIDERS_OF_EACH } from "../support/sealed-stores";
import { T0 } from "../support/tenant-rows";
import type { BenchDatabases } from "./databases";

const OLD = `old:${Buffer.alloc(32, 1).toString("base64")}`;
const NEW = `new:${Buffer.alloc(32, 2).toString("base64")}`;
const keysOf = (list: string) => localKeyProvider(parseKeyring(list) as Keyring);
const READERS = 2;

/**
 * @param stores     of six sealed values each
 * @param operations of a KMS
 */
export async function benchSecrets(
  databases: BenchDatabases,
  { stores, operations }: { stores: number; operations: number },
) {
  for (const engine of ["sqlite", "postgres"] as const) {
    const url = await databases.create(engine, `bench_secrets_${engine}`);
    const db = await connectDatabase(url);
    await insertSealedStores(db, keysOf(OLD), stores);
    const { rewrap, reads, failed, seconds } = await rewrapBesideReaders(db, url);
    console.log(`\nRewrap of ${stores * 6} secrets beside ${READERS} readers, ${engine}`);
    console.log(`  npm run secrets:rewrap: ${rewrap}`);
    console.log(`  StoreSecretRepository.reveal: ${Math.round(reads / seconds)}/s, ${failed} failed`);
    await benchKmsCalls(db, engine, operations);
    await db.$disconnect();
  }
}

/** The script in its own process, as an operator runs it; the readers in ours, as the app. */
async function rewrapBesideReaders(db: Db, url: string) {
  const ids = (await db.store.findMany({ select: { id: true } })).map(({ id }) => id);
  const both = keysOf(`${NEW},${OLD}`);
  const tally = { reads: 0, failed: 0 };
  let working = true;
  const reader = async (lane: number) => {
    for (let i = lane; working; i += READERS) {
      const storeId = ids[(i * 7919) % ids.length]!;
      const provider = PROVIDERS_OF_EACH[i % 2]!;
      const secret = await new StoreSecretRepository(db, storeId, both).reveal(provider).catch(() => null);
      tally.reads += 1;
      if (secret !== `${provider} of ${storeId}`) tally.failed += 1;
      // SQLite answers without waiting; the script's end has to get a word in.
      if (i % 16 < READERS) await new Promise(setImmediate);
    }
  };
  const startedAt = performance.now();
  const readers = Array.from({ length: READERS }, (_, lane) => reader(lane));
  const said = await runScript(url).finally(() => (working = false));
  await Promise.all(readers);
  const rewrap = /^\d+ in .*$/m.exec(said)?.[0] ?? `failed: ${said}`;
  return { ...tally, rewrap, seconds: (performance.now() - startedAt) / 1000 };
}

function runScript(url: string): Promise<string> {
  const child = spawn(process.execPath, ["ops/run.mjs", "ops/rewrap"], {
    env: childEnvironment({
      ...{ DATABASE_URL: url, DIRECT_URL: "", ENCRYPTION_KEY: `${NEW},${OLD}` },
      ...{ KMS_KEY_ID: "", KMS_KEY_ID_PREVIOUS: "" },
    }),
  });
  let said = "";
  child.stdout.on("data", (chunk) => (said += String(chunk)));
  child.stderr.on("data", (chunk) => (said += String(chunk)));
  return new Promise((resolve) => child.once("close", () => resolve(said)));
}

/** Seals and opens in turn, through the repository; every request that reaches the KMS is counted there. */
async function benchKmsCalls(db: Db, engine: string, operations: number) {
  const kms = await startKms();
  const keys = kmsKeyProvider(
    { names: [kms.createKey()], region: KMS_REGION, endpoint: kms.endpoint, credentials: KMS_CREDENTIALS },
    { now: () => performance.now() },
  );
  const { id } = await db.store.findFirstOrThrow();
  const secrets = new StoreSecretRepository(db, id, keys);
  for (let i = 0; i < operations / 2; i++) {
    await secrets.upsert(
      "BING",
      { plaintext: `secret ${i}`, setBy: null, rotationReminderAt: null, lastFour: "", nextTestAt: null },
      T0,
    );
    if ((await secrets.reveal("BING")) !== `secret ${i}`) throw new Error("A secret is not what it was.");
  }
  const { length } = kms.calls;
  console.log(
    `  KMS calls of ${operations} operations (upsert and reveal in turn, from a cold start), ${engine}: ${length}`,
  );
  console.log(`  goal ≤ 1: ${length <= 1 ? "met" : "MISSED"}`);
  await kms.stop();
}
