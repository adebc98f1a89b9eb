import { z } from "zod";
import type { Db } from "~/platform/db/client.server";
import { markHandedOver } from "./compliance.server";

const formSchema = z.object({ intent: z.literal("handed-over"), id: z.string().min(1).max(100) });

/** The merchant has answered the customer; doing it twice is harmless. */
export async function submitPrivacyForm(
  db: Db,
  shopDomain: string,
  form: FormData,
  now: Date,
): Promise<{ status: 200 | 400 | 404; answer: { ok: boolean; message: string } }> {
  const parsed = formSchema.safeParse(Object.fromEntries(form));
  if (!parsed.success)
    return { status: 400, answer: { ok: false, message: "This form was not understood. Reload the page." } };
  const outcome = await markHandedOver(db, shopDomain, parsed.data.id, now);
  if (outcome === "unknown")
    return { status: 404, answer: { ok: false, message: "There is no such request any more." } };
  return { status: 200, answer: { ok: true, message: "Marked as handed over" } };
}
