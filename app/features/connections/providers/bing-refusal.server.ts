/** Bing's way of saying no: mostly a 400 whose ErrorCode, not its status, tells what is wrong. */
import { z } from "zod";
import { ConnectionError, type ErrorClass } from "../connection-error";
import type { Refusal } from "./provider-client.server";

/** https://learn.microsoft.com/en-us/dotnet/api/microsoft.bing.webmaster.api.interfaces.apierrorcode */
const REFUSALS: Record<number, [ErrorClass, sentence: string]> = {
  1: ["PROVIDER_ERROR", "Bing had an error of its own (InternalError)."],
  2: ["PROVIDER_ERROR", "Bing had an error of its own (UnknownError)."],
  3: ["AUTH_INVALID", "Bing does not accept the API key (InvalidApiKey)."],
  4: ["RATE_LIMITED", "Bing asks to slow down (ThrottleUser)."],
  5: ["RATE_LIMITED", "Bing asks to slow down (ThrottleHost)."],
  6: ["FORBIDDEN", "Bing has blocked this account (UserBlocked)."],
  7: ["BAD_CONFIG", "Bing does not understand the site's address (InvalidUrl)."],
  8: ["BAD_CONFIG", "Bing does not understand the request (InvalidParameter)."],
  10: ["NOT_FOUND", "Bing knows no such account (UserNotFound)."],
  11: ["NOT_FOUND", "Bing has nothing under this address (NotFound)."],
  13: ["FORBIDDEN", "Bing does not allow this (NotAllowed)."],
  14: ["FORBIDDEN", "The account of this Bing key has no right to the site (NotAuthorized)."],
  15: ["PROVIDER_ERROR", "Bing is in a state that it did not expect (UnexpectedState)."],
  16: ["PROTOCOL_MISMATCH", "Bing no longer offers this call (Deprecated)."],
};

const refusalSchema = z.object({ ErrorCode: z.number().int() });
const bodySchema = z.union([refusalSchema, z.object({ d: refusalSchema }).transform(({ d }) => d)]);

/** Null for a body without an ErrorCode that we know: then the status decides. */
export function bingRefusal({ status, body, retryAfterMs }: Refusal): ConnectionError | null {
  const parsed = bodySchema.safeParse(body);
  const refusal = parsed.success ? REFUSALS[parsed.data.ErrorCode] : undefined;
  if (!refusal) return null;
  const [code, message] = refusal;
  const providerCode = String(parsed.data!.ErrorCode);
  return new ConnectionError(code, message, { httpStatus: status, providerCode, retryAfterMs });
}
