/** How obligations are told to the merchant. */
import type { RequestLine } from "./compliance";

export const TOPIC_NAMES: Record<RequestLine["topic"], string> = {
  CUSTOMERS_DATA_REQUEST: "A customer asks for their data",
  CUSTOMERS_REDACT: "A customer's data is to be removed",
  SHOP_REDACT: "The shop's data is to be deleted",
};

/** What came of it; null while nothing has. */
export function outcomeText(line: RequestLine): string | null {
  const { topic, status, rows, remark, downloadedAt, sentAt } = line;
  if (remark) return remark;
  if (status !== "COMPLETED") return null;
  if (sentAt) return "sent to the customer";
  if (downloadedAt) return "report downloaded; whether it was sent was not recorded";
  if (rows === null || rows === 0) return "nothing was stored";
  return `${rows} ${rows === 1 ? "row" : "rows"} ${DONE[topic]}`;
}

const DONE: Record<RequestLine["topic"], string> = {
  CUSTOMERS_DATA_REQUEST: "reported",
  CUSTOMERS_REDACT: "made anonymous",
  SHOP_REDACT: "deleted",
};
