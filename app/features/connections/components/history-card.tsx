import { Badge } from "@shopify/polaris";
import { Row, RowList } from "~/components/row-list";
import { Quiet, SectionCard } from "~/components/section-card";
import { formatAgo, formatShopTime } from "~/platform/shop-time";
import { classLabel } from "../advice";
import type { TestRow } from "../connections.server";

type Props = { tests: TestRow[]; connected: boolean; now: string; ianaTimezone: string };

const TRIGGERS = {
  MANUAL: "Tested by hand",
  SCHEDULED: "Tested on schedule",
  CONNECT: "Tested before storing",
} as const;

/** Every test of the last 30 days, the newest first. */
export function HistoryCard({ tests, connected, now, ianaTimezone }: Props) {
  return (
    <SectionCard title="Tests of the last 30 days">
      {tests.length === 0 ? (
        <Quiet>
          {connected
            ? "No test in the last 30 days."
            : "Nothing is connected, and nothing was tested in the last 30 days."}
        </Quiet>
      ) : (
        <RowList label="Tests, the newest first">
          {tests.map((test) => (
            <Row
              key={test.id}
              title={
                !test.ended ? (
                  <Badge>Not ended</Badge>
                ) : test.errorClass ? (
                  <Badge tone="critical">{classLabel(test.errorClass)}</Badge>
                ) : (
                  <Badge tone="success">Worked</Badge>
                )
              }
              detail={
                test.ended
                  ? [TRIGGERS[test.trigger], test.message].filter(Boolean).join(": ")
                  : "Under way, or Backroom stopped while it ran"
              }
              aside={
                <span className="test-facts">
                  <time dateTime={test.at} title={formatShopTime(test.at, ianaTimezone)}>
                    {formatAgo(test.at, now)}
                  </time>
                  {test.ended && <span>{test.latencyMs} ms</span>}
                </span>
              }
            />
          ))}
        </RowList>
      )}
    </SectionCard>
  );
}
