import { z } from "zod";

/** What the overview's forms may ask for. */
export const overviewAction = z.discriminatedUnion("intent", [
  z.object({ intent: z.literal("dismiss-guide") }),
  z.object({ intent: z.literal("thresholds") }),
]);
