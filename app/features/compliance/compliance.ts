/** Words about obligations that the server and the pages share. */
import { DAY_MS } from "~/platform/clock";
import { shopDayOf } from "~/platform/shop-day";

export type RequestLine = {
  id: string;
  topic: "CUSTOMERS_DATA_REQUEST" | "CUSTOMERS_REDACT" | "SHOP_REDACT";
  status: "RECEIVED" | "COMPLETED" | "SKIPPED" | "FAILED";
  /** ISO instants */
  receivedAt: string;
  dueAt: string;
  closedAt: string | null;
  /** Of ours: reported, made anonymous or deleted; null while that is not known */
  rows: number | null;
  /** Why it was skipped, or has not got through yet */
  remark: string | null;
  /** Of a data request, the latest download of its report; ISO */
  downloadedAt: string | null;
  downloadedBy: Actor | null;
  /** Of a data request, when the merchant said that the report was sent; ISO */
  sentAt: string | null;
  sentBy: Actor | null;
  /** Whom it is about, masked; null when it is about a shop, or no longer says so */
  customer: CustomerName | null;
  /** Whether a report can be downloaded */
  hasReport: boolean;
};

export type Actor = "you" | "a colleague";

/** Enough to tell customers apart; who may see more opens the customer in Shopify. */
export type CustomerName = { label: string; url: string | null };

export function isOpen({ status }: Pick<RequestLine, "status">): boolean {
  return status === "RECEIVED" || status === "FAILED";
}

/** Its day is past by the shop's calendar, and it is still open. */
export function isOverdue(
  line: Pick<RequestLine, "status" | "dueAt">,
  now: string,
  ianaTimezone: string,
): boolean {
  return isOpen(line) && daysLeft(line, now, ianaTimezone) < 0;
}

/** Whole days of the shop's calendar until the due day: 0 on that day, negative after it. */
export function daysLeft({ dueAt }: Pick<RequestLine, "dueAt">, now: string, ianaTimezone: string): number {
  const dayOf = (instant: string) => Date.parse(shopDayOf(new Date(instant), ianaTimezone));
  return Math.round((dayOf(dueAt) - dayOf(now)) / DAY_MS);
}
