import { Row, RowList } from "~/components/row-list";
import { SectionCard } from "~/components/section-card";
import { formatAgo, formatShopTime } from "~/platform/shop-time";
import type { WebhookDiagnostics } from "../diagnostics.server";
import { deliveries, personText } from "../webhook-status";

type Props = { replays: WebhookDiagnostics["replays"]; now: string; ianaTimezone: string; actor: string };

/** Who made what run again. */
export function ReplaysCard({ replays, now, ianaTimezone, actor }: Props) {
  if (!replays.length) return null;
  return (
    <SectionCard title="Last replays">
      <RowList label="Last replays, the newest first">
        {replays.map(({ replayedAt, replayedBy, count }) => (
          <Row
            key={`${replayedAt} ${replayedBy ?? ""}`}
            title={deliveries(count)}
            detail={`By ${replayedBy ? personText(replayedBy, actor) : "somebody"}`}
            aside={
              <time dateTime={replayedAt} title={formatShopTime(replayedAt, ianaTimezone)}>
                {formatAgo(replayedAt, now)}
              </time>
            }
          />
        ))}
      </RowList>
    </SectionCard>
  );
}
