import { Badge } from "@shopify/polaris";
import { DAY_MS } from "~/platform/clock";
import { isOverdue, type RequestLine } from "../compliance";

/** Closed requests say how; open ones how much time is left. */
export function DueBadge({ line, now }: { line: RequestLine; now: string }) {
  if (line.status === "COMPLETED") return <Badge tone="success">Done</Badge>;
  if (line.status === "SKIPPED") return <Badge>Nothing to do</Badge>;
  if (isOverdue(line, now)) return <Badge tone="critical">Overdue</Badge>;
  const days = Math.floor((new Date(line.dueAt).getTime() - new Date(now).getTime()) / DAY_MS);
  return <Badge tone={days < 7 ? "warning" : "info"}>{dueText(days)}</Badge>;
}

function dueText(days: number): string {
  if (days < 1) return "Due today";
  return `Due in ${days} ${days === 1 ? "day" : "days"}`;
}
