/**
 * Seals everything again under the current key. Whatever is done is no longer looked for, so a run that was stopped,
 * killed, or started twice goes on where it is. Readers never notice: each value is replaced by one that says the same,
 * and they have both keys.
 */
import { subjectPlace } from "~/features/compliance/subject-place";
import { secretPlace } from "~/features/connections/secret-place";
import type { Provider } from "~/features/connections/provider";
import { accessTokenPlace } from "~/features/stores/install.server";
import { EnvelopeError, envelopePrefix, open, seal } from "~/platform/crypto/envelope.server";
import { KEY_ID, KeyUnavailableError, type KeyProvider } from "~/platform/crypto/keyring.server";
import type { Db } from "~/platform/db/client.server";
import { isWriteConflict } from "~/platform/db/errors.server";
import { sessionTokenPlace } from "~/platform/shopify/session-storage.server";
import { SealedValueRepository, type SealedColumn, type SealedValue } from "./sealed-value.repository.server";

/** Rows per statement: enough to be fast, few enough that SQLite's other writers wait some 30 ms. */
const BATCH = 500;
/** Each goes over what others wrote under an old key since the one before; more than a few means that they still do. */
const PASSES = 5;

/** Everything that is under the cipher. */
export const SEALED_COLUMNS: SealedColumn[] = [
  {
    table: "StoreSecret",
    column: "cipherText",
    boundTo: ["storeId", "provider"],
    placeOf: (row) => secretPlace(row.storeId!, row.provider as Provider),
  },
  { table: "Store", column: "accessToken", boundTo: [], placeOf: (row) => accessTokenPlace(row.id) },
  ...(["accessToken", "refreshToken"] as const).map((column): SealedColumn => ({
    table: "Session",
    column,
    boundTo: ["shop"],
    placeOf: (row) => sessionTokenPlace({ id: row.id, shop: row.shop! }, column),
  })),
  {
    table: "ComplianceRequest",
    column: "subject",
    boundTo: ["shopDomain"],
    placeOf: (row) => subjectPlace({ id: row.id, shopDomain: row.shopDomain! }),
  },
];

export type RewrapOptions = {
  /** With KMS: also what older data keys of the same KMS key sealed */
  all?: boolean;
  /** Stops after the batch that is being written */
  signal?: AbortSignal;
  /** Told how many envelopes are done */
  onProgress?: (done: number) => void;
};

export type RewrapReport = {
  /** "Session.accessToken" → how many were sealed again */
  rewrapped: Record<string, number>;
  /** What does not open is left as it is. The reason carries nothing of its content. */
  refused: { column: string; id: string; reason: string }[];
  /** Still not under the current key, the refused included */
  remaining: number;
  stopped: boolean;
};

/**
 * @throws {KeyServiceError} when the KMS stops answering, and what the database throws; what was done stays done
 */
export async function rewrap(
  db: Db,
  keys: KeyProvider,
  { all = false, signal, onProgress }: RewrapOptions = {},
): Promise<RewrapReport> {
  const values = new SealedValueRepository(db);
  const { id, wrapped } = await keys.current();
  const prefix = envelopePrefix(all ? { id, wrapped } : { id });
  const rewrapped = Object.fromEntries(SEALED_COLUMNS.map((column) => [nameOf(column), 0]));
  const refused = new Map<string, RewrapReport["refused"][number]>();
  let done = 0;

  /** Returns how many rows somebody else wrote between our reading and our writing. */
  async function pass(column: SealedColumn): Promise<number> {
    let overtaken = 0;
    let next = values.list(column, prefix, "", BATCH);
    for (;;) {
      const batch = await next;
      if (!batch.length || signal?.aborted) return overtaken;
      const last = batch[batch.length - 1]!.id;
      const more = batch.length === BATCH && !signal?.aborted;
      const resealed = await reseal(keys, column, batch);
      // The next batch is read while this one is written.
      const written = values.replace(column, resealed.done).catch(noneIfInConflict);
      next = more ? values.list(column, prefix, last, BATCH) : Promise.resolve([]);
      const [count] = await Promise.all([written, next]);
      for (const refusal of resealed.refused) refused.set(`${refusal.column} ${refusal.id}`, refusal);
      overtaken += resealed.done.length - count;
      rewrapped[nameOf(column)]! += count;
      onProgress?.((done += count));
      // SQLite answers without waiting: a signal would not be heard before the end.
      await new Promise(setImmediate);
    }
  }

  for (let turn = 1; turn <= PASSES && !signal?.aborted; turn++) {
    let overtaken = 0;
    for (const column of SEALED_COLUMNS) overtaken += await pass(column);
    if (!overtaken) break;
  }
  return {
    rewrapped,
    refused: [...refused.values()],
    remaining: await countOthers(db, id),
    stopped: Boolean(signal?.aborted),
  };
}

/** How many envelopes are under each key, by column. What names no key at all is counted under "". */
export async function countByKey(db: Db): Promise<{ column: string; keyId: string; count: number }[]> {
  const values = new SealedValueRepository(db);
  const counts = [];
  for (const column of SEALED_COLUMNS)
    for (const { keyId, count } of await values.countByKey(column))
      counts.push({
        column: nameOf(column),
        keyId: KEY_ID.test(keyId) ? keyId : "",
        count: Number(count),
      });
  return counts;
}

async function countOthers(db: Db, currentId: string): Promise<number> {
  const others = (await countByKey(db)).filter(({ keyId }) => keyId !== currentId);
  return others.reduce((sum, { count }) => sum + count, 0);
}

async function reseal(keys: KeyProvider, column: SealedColumn, batch: SealedValue[]) {
  const done: Parameters<SealedValueRepository["replace"]>[1] = [];
  const refused: RewrapReport["refused"] = [];
  await Promise.all(
    batch.map(async (row) => {
      const place = column.placeOf(row);
      try {
        const sealed = await seal(keys, place, await open(keys, place, row.envelope));
        done.push({ id: row.id, was: row.envelope, ...sealed });
      } catch (error) {
        if (!(error instanceof EnvelopeError || error instanceof KeyUnavailableError)) throw error;
        refused.push({ column: nameOf(column), id: row.id, reason: error.message });
      }
    }),
  );
  return { done, refused };
}

/** Two runs that meet may lock the same rows in another order; the one that Postgres turns away looks again. */
function noneIfInConflict(error: unknown): number {
  if (isWriteConflict(error)) return 0;
  throw error;
}

function nameOf({ table, column }: SealedColumn): string {
  return `${table}.${column}`;
}
