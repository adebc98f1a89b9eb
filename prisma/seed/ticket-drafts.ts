/** What the model wrote, what a person made of it, and what that says about the model. */
import { idFor } from "./ids";
import { after, HOUR } from "./instant";
import { stamp, type Rows } from "./rows";
import type { Message, Thread } from "./ticket-threads";

export const MODEL = "qwen2.5-7b-instruct";
const PROMPT_VERSION = "reply-3";

/** Who answers where nobody is assigned. */
export const STAFF = "Nora Whitfield";

export function draftRow(
  row: Rows["TicketMessage"],
  message: Extract<Message, { kind: "AI_DRAFT" }>,
  thread: Thread,
  fill: (text: string) => string,
): Rows["AiDraft"] {
  const { decision } = message;
  const decided = decision.outcome !== "undecided";
  const decidedAt = decided ? after(row.writtenAt, decision.afterHours * HOUR) : null;
  const text = fill(message.body);
  const humanEdit = decision.outcome === "edited" ? fill(decision.edit) : null;
  const scored = decided && decision.scored !== false;
  return {
    id: idFor("AiDraft", row.id),
    ...stamp(row.writtenAt, decidedAt ?? row.writtenAt),
    storeId: row.storeId,
    messageId: row.id,
    model: MODEL,
    version: PROMPT_VERSION,
    text,
    humanEdit,
    approved: decided ? decision.outcome !== "rejected" : null,
    decidedAt,
    decidedBy: decided ? (thread.assignee ?? STAFF) : null,
    feedback: decided ? (decision.feedback ?? null) : null,
    rewardScore: scored ? rewardOf(decision.outcome, text, humanEdit) : null,
  };
}

/** Sent as it was 1, rejected 0, edited: the share that survived the edit. */
function rewardOf(outcome: string, text: string, humanEdit: string | null): number {
  if (outcome === "rejected") return 0;
  if (!humanEdit) return 1;
  const share = 1 - editDistance(text, humanEdit) / Math.max(text.length, humanEdit.length);
  return Math.round(share * 100) / 100;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length]!;
}
