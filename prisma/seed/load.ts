/** `SEED_SCALE=N`: N stores of 160 rows each over the tables that pages read. */
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import type { Db } from "~/platform/db/client.server";
import { loadStoreRows } from "./load-rows";
import { countRows, mergeRows } from "./rows";
import { insertMissing } from "./write";

/** Stores per transaction: enough to be fast, few enough for the progress to move. */
const BATCH = 100;
/** Batches at once on Postgres, so that rows are made while others are written; SQLite has one writer. */
const LANES = 3;

export type LoadResult = { stores: number; rows: number; inserted: number; seconds: number };

/** `onProgress` is told how many stores are done. Uses at most `connections` of the pool. */
export async function seedLoad(
  db: Db,
  keys: KeyProvider,
  stores: number,
  { onProgress, connections }: { onProgress: (done: number) => void; connections: number },
): Promise<LoadResult> {
  const startedAt = performance.now();
  const result = { stores, rows: 0, inserted: 0 };
  let next = 1;
  let done = 0;
  const lane = async () => {
    while (next <= stores) {
      const numbers = Array.from({ length: Math.min(BATCH, stores - next + 1) }, (_, i) => next + i);
      next += numbers.length;
      const rows = mergeRows(await Promise.all(numbers.map((n) => loadStoreRows(n, keys))));
      const inserted = await insertMissing(db, rows);
      result.rows += countRows(rows);
      result.inserted += inserted;
      onProgress((done += numbers.length));
    }
  };
  const lanes = db.engine === "postgres" ? Math.min(LANES, connections) : 1;
  await Promise.all(Array.from({ length: lanes }, lane));
  return { ...result, seconds: (performance.now() - startedAt) / 1000 };
}
