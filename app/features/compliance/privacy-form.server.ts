import { z } from "zod";
import type { Db } from "~/platform/db/client.server";
import { markNotSent, markSent } from "./compliance.server";

const formSchema = z.object({ intent: z.enum(["sent", "not-sent"]), id: z.string().min(1).max(100) });

export type PrivacyAnswer = { ok: boolean; message: string };
type Answered = { status: 200 | 400 | 404 | 409; answer: PrivacyAnswer };

/** The merchant says that a report was sent, or was not sent after all; saying it twice is harmless. */
export async function submitPrivacyForm(
  db: Db,
  shopDomain: string,
  form: FormData,
  { actor, now }: { actor: string; now: Date },
): Promise<Answered> {
  const parsed = formSchema.safeParse(Object.fromEntries(form));
  if (!parsed.success) return refuse(400, "This form was not understood. Reload the page.");
  const marking = { shopDomain, requestId: parsed.data.id, actor, now };
  return parsed.data.intent === "sent"
    ? SENT[await markSent(db, marking)]
    : NOT_SENT[await markNotSent(db, marking)];
}

const done = (message: string): Answered => ({ status: 200, answer: { ok: true, message } });
const refuse = (status: 400 | 404 | 409, message: string): Answered => ({
  status,
  answer: { ok: false, message },
});

const UNKNOWN = refuse(404, "There is no such request any more. Reload the page.");

const SENT: Record<Awaited<ReturnType<typeof markSent>>, Answered> = {
  done: done("Recorded as sent"),
  before: done("It was recorded as sent before"),
  closed: refuse(409, "This request is closed: the customer's data has been erased. Reload the page."),
  unknown: UNKNOWN,
};

const NOT_SENT: Record<Awaited<ReturnType<typeof markNotSent>>, Answered> = {
  done: done("The request is open again"),
  open: done("The request is open already"),
  erased: refuse(
    409,
    "This customer's data has been erased since, so the report can no longer be sent and the request stays closed.",
  ),
  closed: refuse(409, "This request was closed without a report, so there is nothing to take back."),
  unknown: UNKNOWN,
};
