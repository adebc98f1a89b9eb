/** The query of a /cron endpoint: how long it may work, and whether it only counts. */
import { z } from "zod";

export type CronQuery = { dryRun: boolean; budgetMs: number };

/** Below the minute that most cron services wait for an answer. */
const STANDARD_BUDGET_MS = 50_000;

const schema = z.strictObject({
  dryRun: z.enum(["0", "1"], "dryRun must be 1 (count only) or 0.").default("0"),
  budgetMs: z
    .string()
    .regex(/^[1-9]\d{0,6}$/, "budgetMs must be a whole number of milliseconds from 1 to 9999999.")
    .transform(Number)
    .default(STANDARD_BUDGET_MS),
});

/** The query, or a sentence about what is wrong with it. A name that is not known is a mistake, not an extra. */
export function parseCronQuery(params: URLSearchParams): CronQuery | string {
  const names = [...params.keys()];
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) return `${short(twice)} is given twice.`;
  const parsed = schema.safeParse(Object.fromEntries(params));
  if (parsed.success) return { dryRun: parsed.data.dryRun === "1", budgetMs: parsed.data.budgetMs };
  const issue = parsed.error.issues[0]!;
  if (issue.code === "unrecognized_keys")
    return `${short(issue.keys[0]!)} is not known here; send dryRun or budgetMs.`;
  return issue.message;
}

const short = (name: string) => name.slice(0, 40);
