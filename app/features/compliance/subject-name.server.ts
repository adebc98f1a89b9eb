/** Whom a request is about, as far as a list may say it. */
import { EnvelopeError } from "~/platform/crypto/envelope.server";
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import { log } from "~/platform/log.server";
import type { CustomerName } from "./compliance";
import type { ComplianceRequest } from "./compliance-request.repository.server";
import type { Person } from "./person";
import { openSubject } from "./record-request.server";

/** Null when it names no customer. A subject that does not open is said as such: the other requests are shown all the same. */
export async function nameSubject(
  keys: KeyProvider,
  request: ComplianceRequest,
): Promise<CustomerName | null> {
  try {
    const person = await openSubject(keys, request);
    return person && nameOf(person);
  } catch (error) {
    const damaged = error instanceof EnvelopeError;
    log.error({ err: error, complianceRequest: request.id }, "the subject of a request does not open");
    return { label: damaged ? "cannot be read; ask support" : "cannot be read at the moment", url: null };
  }
}

/** The e-mail address and the phone number are masked; Shopify decides who may see the customer behind the link. */
export function nameOf({ customerId, email, phone, orderIds }: Person): CustomerName {
  const parts = [email && maskEmail(email), phone && maskPhone(phone), customerId && `no. ${customerId}`];
  const orders = `order ${orderIds.join(", ")}`;
  const label = parts.filter(Boolean).join(" · ") || orders;
  return { label, url: customerId && `shopify://admin/customers/${customerId}` };
}

function maskEmail(email: string): string {
  const at = email.lastIndexOf("@");
  const [first = ""] = email;
  return at > 0 ? `${first}•••${email.slice(at)}` : `${first}•••`;
}

function maskPhone(phone: string): string {
  const digits = phone.replace(/\D/g, "");
  return digits.length > 4 ? `phone •••${digits.slice(-2)}` : "phone •••";
}
