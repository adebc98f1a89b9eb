import { Badge } from "@shopify/polaris";
import { Row, RowList } from "~/components/row-list";
import { Quiet, SectionCard } from "~/components/section-card";
import { formatShopDate } from "~/platform/shop-time";
import type { DueLine } from "../retention.server";
import { countText, POLICY_TEXTS, sparedText } from "../retention-text";

type Props = { due: DueLine[]; ianaTimezone: string };

/** What the next sweep does to this store. */
export function DueCard({ due, ianaTimezone }: Props) {
  const lines = due.filter(({ due, spared }) => !due || !spared || due.count > 0 || spared.count > 0);
  return (
    <SectionCard title="The next sweep">
      {lines.length === 0 ? (
        <Quiet>
          Nothing of your store has passed its time. The operator of this installation schedules the sweeps,
          as a rule for every night.
        </Quiet>
      ) : (
        <>
          <Quiet>
            What it would delete of your store if it ran now. The operator of this installation schedules the
            sweeps, as a rule for every night.
          </Quiet>
          <RowList label="What the next sweep would delete">
            {lines.map((line) => (
              <Row
                key={line.name}
                title={POLICY_TEXTS[line.name].title}
                url={line.name === "webhook-events" && line.spared?.count ? "/app/webhooks" : undefined}
                detail={detailOf(line, ianaTimezone)}
                aside={<DueBadge line={line} />}
              />
            ))}
          </RowList>
        </>
      )}
    </SectionCard>
  );
}

function DueBadge({ line: { due } }: { line: DueLine }) {
  if (!due) return <Badge>Not counted</Badge>;
  return due.count ? (
    <Badge tone="info">{`${countText(due.count)} to delete`}</Badge>
  ) : (
    <Badge>Nothing due</Badge>
  );
}

function detailOf({ name, due, spared }: DueLine, ianaTimezone: string): string {
  if (!due || !spared) return "There is too much of it to count while you wait.";
  const oldest = due.oldestAt && `the oldest from ${formatShopDate(due.oldestAt, ianaTimezone)}`;
  return [oldest, spared.count > 0 && sparedText(name, spared.count)]
    .filter(Boolean)
    .map(capitalised)
    .join(". ");
}

function capitalised(text: string | false | null): string {
  return text ? text[0]!.toUpperCase() + text.slice(1) : "";
}
