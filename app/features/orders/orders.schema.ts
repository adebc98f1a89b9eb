/** What arrives at the orders page: its address and its forms, parsed once. */
import { z } from "zod";
import { FLAG_STATUSES, NOTE_LENGTH, SEVERITIES, SNOOZE_DAYS } from "./order-flag";
import { FLAG_RULE_IDS } from "./flag-rules";

const text = z.string().trim().min(1).max(100).optional().catch(undefined);

/** A bad value in an address means "not filtered": old bookmarks open. */
const listQuery = z.object({
  status: z.enum(FLAG_STATUSES).catch("ATTENTION"),
  severity: z.enum(SEVERITIES).optional().catch(undefined),
  rule: z
    .enum(FLAG_RULE_IDS as [string, ...string[]])
    .optional()
    .catch(undefined),
  q: text,
  after: text,
  before: text,
});

export type FlagListQuery = z.infer<typeof listQuery>;

export function parseListQuery(params: URLSearchParams): FlagListQuery {
  return listQuery.parse(Object.fromEntries(params));
}

const ids = z
  .array(z.string().min(1).max(64))
  .min(1, "Select at least one flag.")
  .max(100, "Select at most 100 flags at a time.");

export const flagAction = z.discriminatedUnion(
  "intent",
  [
    z.object({ intent: z.literal("resolve"), ids }),
    z.object({
      intent: z.literal("snooze"),
      ids,
      days: z.coerce
        .number()
        .refine(
          (days) => SNOOZE_DAYS.some((choice) => choice === days),
          `Choose ${SNOOZE_DAYS.join(", ")} days.`,
        ),
    }),
    z.object({ intent: z.literal("reopen"), ids }),
    z.object({
      intent: z.literal("note"),
      ids: ids.max(1, "A note belongs to one flag."),
      note: z.string().trim().max(NOTE_LENGTH, `Write at most ${NOTE_LENGTH} characters.`),
    }),
  ],
  { error: "This action is not known here." },
);

export type FlagAction = z.infer<typeof flagAction>;

export function parseFlagAction(form: FormData) {
  return flagAction.safeParse({
    intent: form.get("intent"),
    ids: form.getAll("id"),
    days: form.get("days") ?? undefined,
    note: form.get("note") ?? undefined,
  });
}

/** What a rule measured; rows of other versions may hold something else, and are shown without it. */
const evidence = z.object({
  measured: z.union([z.string(), z.number()]).nullish(),
  threshold: z.union([z.string(), z.number()]).nullish(),
  facts: z.array(z.string()).catch([]),
});

export type FlagEvidence = { measured: string | null; threshold: string | null; facts: string[] };

export function parseEvidence(value: unknown): FlagEvidence {
  const parsed = evidence.safeParse(value);
  if (!parsed.success) return { measured: null, threshold: null, facts: [] };
  const { measured, threshold, facts } = parsed.data;
  return { measured: measured?.toString() ?? null, threshold: threshold?.toString() ?? null, facts };
}
