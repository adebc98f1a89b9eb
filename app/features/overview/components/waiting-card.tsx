import { Badge } from "@shopify/polaris";
import { Row, RowList } from "~/components/row-list";
import { Quiet, SectionCard } from "~/components/section-card";
import type { Waiting } from "~/features/inbox/inbox.server";
import { formatAgo } from "~/platform/shop-time";

export function WaitingCard({ waiting, now }: { waiting: Waiting; now: string }) {
  return (
    <SectionCard
      title="Customers waiting"
      badge={waiting.count > 0 && <Badge tone="attention">{String(waiting.count)}</Badge>}
      action={{ label: "Open inbox", url: "/app/inbox" }}
    >
      {waiting.count === 0 ? (
        <Quiet>
          {waiting.anyTickets
            ? "No customer waits for an answer."
            : "Nothing loaded yet: no message is stored."}
        </Quiet>
      ) : (
        <RowList label="Tickets that wait for an answer">
          {waiting.latest.map((ticket) => (
            <Row
              key={ticket.id}
              url="/app/inbox"
              title={ticket.subject}
              detail={`${ticket.customerName ?? "Unknown sender"}, ${formatAgo(ticket.lastMessageAt, now)}`}
            />
          ))}
        </RowList>
      )}
    </SectionCard>
  );
}
