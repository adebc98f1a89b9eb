import { json } from "@remix-run/node";
import { KeyServiceError } from "~/platform/crypto/kms-errors.server";
import { mayWorkLater } from "~/platform/db/errors.server";
import { isOutOfDescriptors } from "~/platform/descriptors.server";
import { currentRequestId, log } from "~/platform/log.server";

/**
 * Logs an unexpected error, and answers with the request's id and nothing of it: 503 database or KMS away, or no descriptor
 * left; 500 anything else.
 */
export function answerToTrouble(error: unknown): Response {
  const body = { requestId: currentRequestId() };
  if (isOutOfDescriptors(error)) {
    log.warn({ err: error }, "no file descriptor is left for a page");
    return json(body, { status: 503, headers: { "Retry-After": "5" } });
  }
  if (mayWorkLater(error)) {
    log.warn({ err: error }, "the database is not answering");
    return json(body, { status: 503, headers: { "Retry-After": "60" } });
  }
  if (error instanceof KeyServiceError) {
    log.error({ err: error }, "the KMS gives no key");
    return json(body, { status: 503, headers: { "Retry-After": "60" } });
  }
  log.error({ err: error }, "a page failed unexpectedly");
  return json(body, { status: 500 });
}
