import fc from "fast-check";
import { expect, it } from "vitest";
import { eachDatabase } from "../../support/databases";
import { historiesOf, someHistory, sweepHistories } from "./histories";

/** The long form is `npm run bench -- --only histories`. */
const HISTORIES = 400;

eachDatabase("random histories", ({ db }) => {
  it("are swept as the oracle says, and as the dry run counted", { timeout: 60_000 }, async () => {
    const seed = Date.now() % 2 ** 31;
    const all = fc.sample(someHistory, { numRuns: HISTORIES, seed });
    for (const now of ["2026-11-23T03:30:00.000Z", "2028-02-29T12:00:00.000Z"]) {
      const instant = new Date(now);
      const wrong = await sweepHistories(db(), historiesOf(all, instant), instant);
      expect(wrong, `seed ${seed}`).toEqual([]);
    }
  });
});
