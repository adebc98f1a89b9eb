/**
 * Who stays, said once more and by other means: the rules in words over plain rows, without a line of what is tested. A
 * history is all that one store (or the installation) has been through.
 */
export type History = {
  drafts: { id: string; createdAt: Date; rewardScore: number | null }[];
  /** What shows the text of a draft, or was made of it */
  texts: { id: string; draft: string; kind: "AI_DRAFT" | "HUMAN"; sentAt: Date | null }[];
  events: { id: string; provider: string; outcome: string; createdAt: Date }[];
  figures: { id: string; expiresAt: Date }[];
  webhooks: { id: string; status: string; processedAt: Date | null }[];
  sessions: { id: string; expires: Date | null; refreshTokenExpires: Date | null }[];
  runs: { id: string; startedAt: Date }[];
  requests: { id: string; closedAt: Date | null }[];
};

const DAY = 86_400_000;
const before = (instant: Date | null, limit: number) => instant !== null && instant.getTime() < limit;

/** Ids that must be gone, and groups of which exactly one must be there. */
export type Verdict = { gone: Set<string>; oneOf: string[][] };

export function judge(history: History, now: Date): Verdict {
  const at = now.getTime();
  const gone = new Set<string>();
  for (const { id, createdAt, rewardScore } of history.drafts)
    if (rewardScore === null && before(createdAt, at - 90 * DAY)) gone.add(id);
  for (const { id, draft, kind, sentAt } of history.texts)
    if (gone.has(draft) && kind === "AI_DRAFT" && sentAt === null) gone.add(id);
  for (const { id, expiresAt } of history.figures) if (before(expiresAt, at)) gone.add(id);
  for (const { id, status, processedAt } of history.webhooks)
    if (["SUCCEEDED", "SKIPPED"].includes(status) && before(processedAt, at - 14 * DAY)) gone.add(id);
  for (const { id, expires, refreshTokenExpires } of history.sessions)
    if (
      before(expires, at - 30 * DAY) &&
      !(refreshTokenExpires && !before(refreshTokenExpires, at - 30 * DAY))
    )
      gone.add(id);
  for (const { id, startedAt } of history.runs) if (before(startedAt, at - 90 * DAY)) gone.add(id);
  // A 29th of February has no three-years-ago; then the 28th counts, so that nothing goes a day early.
  const text = now.toISOString().replace("-02-29T", "-02-28T");
  const years3 = Date.parse(`${Number(text.slice(0, 4)) - 3}${text.slice(4)}`);
  for (const { id, closedAt } of history.requests) if (before(closedAt, years3)) gone.add(id);

  const oneOf: string[][] = [];
  for (const provider of new Set(history.events.map((event) => event.provider)))
    for (const outcome of ["SUCCESS", "FAILURE"]) {
      const kind = history.events.filter((event) => event.provider === provider && event.outcome === outcome);
      const latest = Math.max(...kind.map(({ createdAt }) => createdAt.getTime()));
      const old = kind.filter(({ createdAt }) => before(createdAt, at - 30 * DAY));
      const tied = old.filter(({ createdAt }) => createdAt.getTime() === latest);
      for (const { id } of old) if (!tied.some((event) => event.id === id)) gone.add(id);
      if (tied.length) oneOf.push(tied.map(({ id }) => id));
    }
  return { gone, oneOf };
}

/** What is wrong with those that are still there, as sentences; none when the verdict was carried out. */
export function faults({ gone, oneOf }: Verdict, history: History, present: Set<string>): string[] {
  const grouped = new Set(oneOf.flat());
  const ids = Object.values(history).flatMap((rows: { id: string }[]) => rows.map(({ id }) => id));
  return [
    ...ids.filter((id) => gone.has(id) && present.has(id)).map((id) => `${id} was missed`),
    ...ids
      .filter((id) => !gone.has(id) && !grouped.has(id) && !present.has(id))
      .map((id) => `${id} was deleted and should not have been`),
    ...oneOf
      .filter((group) => group.filter((id) => present.has(id)).length !== 1)
      .map((group) => `of ${group.join(", ")} exactly one should be there`),
  ];
}
