import { Badge, Card, Page } from "@shopify/polaris";
import { Row, RowList } from "~/components/row-list";
import { SectionEmpty } from "~/components/section-empty";
import { formatAgo } from "~/platform/shop-time";
import type { InboxOverview, TicketLine } from "../inbox.server";

const STATUSES = {
  OPEN: { label: "Waiting for you", tone: "attention" },
  PENDING: { label: "Answered", tone: "info" },
  SOLVED: { label: "Solved", tone: "success" },
  ARCHIVED: { label: "Archived", tone: undefined },
} as const;

const CHANNELS = { CONTACT_FORM: "contact form", EMAIL: "e-mail" } as const;

/** The latest conversations, the one that moved last first. */
export function InboxPage({ inbox, now }: { inbox: InboxOverview; now: string }) {
  const { counts, tickets } = inbox;
  return (
    <Page
      title="Inbox"
      subtitle={`${counts.OPEN} waiting for you, ${counts.PENDING} answered, ${counts.SOLVED} solved`}
    >
      {tickets.length === 0 ? (
        <SectionEmpty
          title="No messages yet"
          body="Nothing loaded yet: no message is stored, and Backroom does not read a contact form or a mailbox so far."
        />
      ) : (
        <Card>
          <RowList label="Latest conversations">
            {tickets.map((ticket) => (
              <Row
                key={ticket.id}
                title={ticket.subject}
                detail={detailOf(ticket, now)}
                aside={<Badge tone={STATUSES[ticket.status].tone}>{STATUSES[ticket.status].label}</Badge>}
              />
            ))}
          </RowList>
        </Card>
      )}
    </Page>
  );
}

function detailOf(ticket: TicketLine, now: string): string {
  const parts = [
    ticket.customerName ?? "Unknown sender",
    `by ${CHANNELS[ticket.channel]}`,
    formatAgo(ticket.lastMessageAt, now),
  ];
  if (ticket.orderName) parts.splice(1, 0, `about ${ticket.orderName}`);
  if (ticket.priority === "URGENT" || ticket.priority === "HIGH")
    parts.push(`${ticket.priority.toLowerCase()} priority`);
  return parts.join(", ");
}
