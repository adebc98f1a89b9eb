/** Every delivery of a compliance topic becomes one request with a due date, before anything is done about it. */
import { z } from "zod";
import type { InboxEvent } from "~/features/webhooks/handler";
import { parsePayload } from "~/features/webhooks/payload";
import { open, seal } from "~/platform/crypto/envelope.server";
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import type { Db } from "~/platform/db/client.server";
import { ComplianceRequestRepository, type ComplianceRequest } from "./compliance-request.repository.server";
import { isNobody, subjectSchema, type Person } from "./person";
import { subjectPlace } from "./subject-place";

/** Only the body of a delivery is signed: one that is sent again under another shop's name must move nothing there. */
export function isForeign({ payload, shopDomain }: InboxEvent): boolean {
  return (
    parsePayload(z.object({ shop_domain: z.string() }), payload).shop_domain.toLowerCase() !== shopDomain
  );
}

export const FOREIGN =
  "The delivery names another shop than the one it came for. Nothing was done; Shopify's own delivery reaches the other shop.";

/**
 * The request of this delivery, recorded at the first attempt. Whom it is about is sealed into it; null when it is about
 * a shop, or about nobody.
 */
export async function recordRequest(
  db: Db,
  keys: KeyProvider,
  event: InboxEvent,
  topic: ComplianceRequest["topic"],
  person: Person | null,
): Promise<ComplianceRequest> {
  const requests = new ComplianceRequestRepository(db);
  const { webhookId, shopDomain, receivedAt } = event;
  const request = await requests.upsert({ webhookId, shopDomain, topic, receivedAt });
  if (request.status === "FAILED") await requests.retry(request);
  if (request.subject || isClosed(request) || !person || isNobody(person)) return request;
  const subject = await sealSubject(keys, request, person);
  await requests.updateSubject(request.id, subject);
  return { ...request, subject };
}

export async function sealSubject(
  keys: KeyProvider,
  request: Pick<ComplianceRequest, "id" | "shopDomain">,
  person: Person,
): Promise<string> {
  return (await seal(keys, subjectPlace(request), JSON.stringify(person))).envelope;
}

/**
 * Whom a request is about; null when it no longer says so.
 * @throws {EnvelopeError | KeyUnavailableError | KeyServiceError} when the subject does not open
 */
export async function openSubject(
  keys: KeyProvider,
  request: Pick<ComplianceRequest, "id" | "shopDomain" | "subject">,
): Promise<Person | null> {
  if (!request.subject) return null;
  return subjectSchema.parse(JSON.parse(await open(keys, subjectPlace(request), request.subject)));
}

/** Marks the request of a delivery as failed if `work` fails: it stays open, and its day comes all the same. */
export async function orFail(
  db: Db,
  { webhookId }: InboxEvent,
  lost: AbortSignal,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!lost.aborted) await markFailed(db, webhookId).catch(() => undefined);
    throw error;
  }
}

async function markFailed(db: Db, webhookId: string) {
  const requests = new ComplianceRequestRepository(db);
  const request = await requests.findByWebhookId(webhookId);
  if (request) await requests.fail(request.id, "It did not get through; the Webhooks page says why.");
}

export function isClosed({ status }: Pick<ComplianceRequest, "status">): boolean {
  return status === "COMPLETED" || status === "SKIPPED";
}
