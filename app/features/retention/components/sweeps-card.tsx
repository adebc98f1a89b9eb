import { Badge } from "@shopify/polaris";
import { ListEmpty } from "~/components/list-empty";
import { Row, RowList } from "~/components/row-list";
import { SectionCard } from "~/components/section-card";
import { formatShopTime } from "~/platform/shop-time";
import { formatSpan } from "~/platform/time-span";
import type { SweepLine } from "../retention.server";

type Props = { sweeps: SweepLine[]; ianaTimezone: string };

/** When, how it ended, how long. A sweep is for all stores of the installation, so no more than that. */
export function SweepsCard({ sweeps, ianaTimezone }: Props) {
  return (
    <SectionCard title="Last sweeps">
      {sweeps.length === 0 ? (
        <ListEmpty
          title="No sweep has run yet"
          body="Once one has, you see here when it was and how it ended. Until then nothing is deleted for its age."
        />
      ) : (
        <RowList label="Last sweeps, the newest first">
          {sweeps.map(({ startedAt, state, tookMs }) => (
            <Row
              key={startedAt}
              title={<time dateTime={startedAt}>{formatShopTime(startedAt, ianaTimezone)}</time>}
              detail={tookMs === null ? WORDS[state].without : `Took ${formatSpan(tookMs)}`}
              aside={<Badge tone={WORDS[state].tone}>{WORDS[state].label}</Badge>}
            />
          ))}
        </RowList>
      )}
    </SectionCard>
  );
}

type Words = { label: string; tone?: "success" | "warning" | "critical" | "info"; without?: string };

const WORDS: Record<SweepLine["state"], Words> = {
  complete: { label: "Complete", tone: "success" },
  incomplete: { label: "Ended early", tone: "warning" },
  failed: { label: "Failed in part", tone: "critical" },
  running: { label: "Running", tone: "info", without: "Not at its end yet" },
  unfinished: { label: "Not finished", tone: "warning", without: "It stopped before its end" },
};
