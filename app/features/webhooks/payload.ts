/** Shopify's REST payloads, as stored and as read. */
import { parse } from "lossless-json";
import type { z } from "zod";
import { PayloadError } from "./handler";

/**
 * A stored payload as an object. Whole numbers beyond 2^53 become text: Shopify's ids may be that long (its documented
 * samples are), and a JavaScript number would lose their last digits.
 */
export function readPayload(text: string): unknown {
  return parse(text, undefined, {
    parseNumber: (digits) => (/^-?\d{16,}$/.test(digits) ? digits : Number(digits)),
  });
}

/**
 * What a handler needs of a payload.
 * @throws {PayloadError} naming the first field that is not as the schema says
 */
export function parsePayload<T>(schema: z.ZodType<T>, payload: unknown): T {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new PayloadError(`${issue.path.join(".") || "The payload"}: ${issue.message}`);
}
