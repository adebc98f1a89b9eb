/** How many rows of a policy there are: as exactly as the time allows, which a table full of dead rows may make short. */
import type { Db } from "~/platform/db/client.server";
import { isStatementTimeout } from "~/platform/db/errors.server";
import { inRawTransaction } from "~/platform/db/raw.server";
import { limitStatements } from "~/platform/db/statement-timeout.server";
import { DueRowsRepository, type Counted } from "./due-rows.repository.server";
import type { Policy } from "./policies.server";

/** Counted when all of them would take too long. */
const FEW = 1_000;
/** What a statement gets when there is no time left: enough for a few rows, or to know that even those take long. */
const LEAST_MS = 100;

export type CountLimits = {
  /** When the counting is to be over (performance.now()) */
  endsAt: number;
  /** No statement takes longer, in milliseconds */
  statementMs: number;
  /** Most rows that are counted; null for all of them */
  most: number | null;
};

/** `isMore`: so many, or more */
export type CountInTime = Counted & { isMore: boolean };

/** Null when they could not be counted in time, not even up to a thousand. @throws what else the database says */
export async function countInTime(
  db: Db,
  policy: Policy,
  { endsAt, statementMs, most }: CountLimits,
  count: (rows: DueRowsRepository, most: number | null) => Promise<Counted>,
): Promise<CountInTime | null> {
  for (const limit of [most, FEW])
    try {
      const counted = await inRawTransaction(db, async (tx) => {
        await limitStatements(tx, Math.max(LEAST_MS, Math.min(statementMs, endsAt - performance.now())));
        return count(new DueRowsRepository(tx, policy), limit);
      });
      return { ...counted, isMore: limit !== null && counted.count >= limit };
    } catch (error) {
      if (!isStatementTimeout(error)) throw error;
    }
  return null;
}

/** For a report: what its figure does not say. */
export function noteOn(counted: CountInTime | null, what: string): string | undefined {
  if (!counted) return `${what} could not be counted in time.`;
  return counted.isMore ? `${what}: ${counted.count.toLocaleString("en-US")} or more.` : undefined;
}
