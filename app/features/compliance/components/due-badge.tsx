import { Badge } from "@shopify/polaris";
import { daysLeft, isOverdue, type RequestLine } from "../compliance";

type Props = { line: RequestLine; now: string; ianaTimezone: string };

/** Closed requests say how; open ones how many of the shop's days are left. */
export function DueBadge({ line, now, ianaTimezone }: Props) {
  if (line.status === "COMPLETED") return <Badge tone="success">Done</Badge>;
  if (line.status === "SKIPPED") return <Badge>Nothing to do</Badge>;
  if (isOverdue(line, now, ianaTimezone)) return <Badge tone="critical">Overdue</Badge>;
  const days = daysLeft(line, now, ianaTimezone);
  return <Badge tone={days < 7 ? "warning" : "info"}>{dueText(days)}</Badge>;
}

function dueText(days: number): string {
  if (days < 1) return "Due today";
  return days === 1 ? "Due tomorrow" : `Due in ${days} days`;
}
