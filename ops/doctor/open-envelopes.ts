/** Opens every stored envelope, to know how many do not open. Nothing of their content is kept. */
import { SEALED_COLUMNS } from "~/features/rewrap/rewrap.server";
import { SealedValueRepository } from "~/features/rewrap/sealed-value.repository.server";
import { EnvelopeError, open } from "~/platform/crypto/envelope.server";
import { KeyUnavailableError, type KeyProvider } from "~/platform/crypto/keyring.server";
import { KeyServiceError } from "~/platform/crypto/kms-errors.server";
import type { Db } from "~/platform/db/client.server";

/** By column, e.g. "Session.accessToken" */
export type OpenedEnvelopes = {
  columns: { table: string; column: string; opened: number; refused: { id: string; reason: string }[] }[];
  /** It stopped before the end: the time was over */
  isCut: boolean;
  /** The KMS does not answer now; that is no fault of a record */
  service: KeyServiceError | undefined;
};

const BATCH = 500;
const BUDGET_MS = 12_000;

export async function openEnvelopes(
  db: Db,
  keys: KeyProvider,
  signal: AbortSignal,
): Promise<OpenedEnvelopes> {
  const endsAt = performance.now() + BUDGET_MS;
  const repository = new SealedValueRepository(db);
  const result: OpenedEnvelopes = { columns: [], isCut: false, service: undefined };
  for (const sealed of SEALED_COLUMNS) {
    const { table, column } = sealed;
    const counts: OpenedEnvelopes["columns"][number] = { table, column, opened: 0, refused: [] };
    result.columns.push(counts);
    let after = "";
    for (;;) {
      if (result.service) break;
      if (signal.aborted || performance.now() > endsAt) {
        result.isCut = true;
        break;
      }
      // No record begins with this, so all of them are listed.
      const batch = await repository.list(sealed, "\n", after, BATCH);
      for (const row of batch)
        try {
          await open(keys, sealed.placeOf(row), row.envelope);
          counts.opened++;
        } catch (error) {
          if (error instanceof EnvelopeError || error instanceof KeyUnavailableError)
            counts.refused.push({ id: row.id, reason: error.message });
          else if (error instanceof KeyServiceError) result.service ??= error;
          else throw error;
        }
      if (batch.length < BATCH) break;
      after = batch.at(-1)!.id;
      await new Promise(setImmediate);
    }
  }
  return result;
}
