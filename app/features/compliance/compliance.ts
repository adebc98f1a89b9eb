/** Words about obligations that the server and the pages share. */
export type RequestLine = {
  id: string;
  topic: "CUSTOMERS_DATA_REQUEST" | "CUSTOMERS_REDACT" | "SHOP_REDACT";
  status: "RECEIVED" | "COMPLETED" | "SKIPPED" | "FAILED";
  /** ISO instants */
  receivedAt: string;
  dueAt: string;
  closedAt: string | null;
  /** Of ours: handed over, made anonymous or deleted; null while that is not known */
  rows: number | null;
  /** Why it was skipped, or has not got through yet */
  remark: string | null;
  handedOver: "downloaded" | "marked" | null;
  /** Whether a report can be downloaded */
  hasReport: boolean;
};

export function isOpen({ status }: Pick<RequestLine, "status">): boolean {
  return status === "RECEIVED" || status === "FAILED";
}

/** Its day is past, and it is still open. */
export function isOverdue(line: Pick<RequestLine, "status" | "dueAt">, now: string): boolean {
  return isOpen(line) && new Date(line.dueAt) < new Date(now);
}
