import { Banner, BlockStack, Page } from "@shopify/polaris";
import { RotationsCard } from "~/features/connections/components/rotations-card";
import { DAY_MS } from "~/platform/clock";
import { formatAgo } from "~/platform/shop-time";
import type { DataRetention, SweepLine } from "../retention.server";
import { DueCard } from "./due-card";
import { RulesCard } from "./rules-card";
import { SweepsCard } from "./sweeps-card";

type Props = DataRetention & { now: string; ianaTimezone: string };

/** Sweeps are scheduled for every night (ops/); two missed ones are no accident. */
const LATE_MS = 2 * DAY_MS;

/** What is kept for how long, what of this store goes next, and whether the sweeps do their work. */
export function DataPage({ rules, due, sweeps, rotations, anySecret, now, ianaTimezone }: Props) {
  return (
    <Page
      title="Data and retention"
      subtitle="What Backroom keeps, for how long, and what goes next"
      backAction={{ content: "Settings", url: "/app/settings" }}
    >
      <BlockStack gap="400">
        <SweepBanner sweeps={sweeps} now={now} />
        <DueCard due={due} ianaTimezone={ianaTimezone} />
        <RulesCard rules={rules} ianaTimezone={ianaTimezone} />
        <SweepsCard sweeps={sweeps} ianaTimezone={ianaTimezone} />
        <RotationsCard rotations={rotations} anySecret={anySecret} ianaTimezone={ianaTimezone} />
      </BlockStack>
    </Page>
  );
}

/** The last sweep that is over, when it left something undone or is long ago. */
function SweepBanner({ sweeps, now }: Pick<Props, "sweeps" | "now">) {
  const last = sweeps.find(({ state }) => state !== "running");
  if (!last) return null;
  const trouble = TROUBLES[last.state];
  if (trouble)
    return (
      <Banner tone="warning" title={trouble.title}>
        <p>{trouble.body}</p>
      </Banner>
    );
  const late = Date.parse(now) - Date.parse(last.startedAt) > LATE_MS;
  if (!late || last !== sweeps[0]) return null;
  return (
    <Banner tone="warning" title={`The last sweep was ${formatAgo(last.startedAt, now)}`}>
      <p>
        What has passed its time since then is still there. The operator of this installation schedules the
        sweeps.
      </p>
    </Banner>
  );
}

const ENDED_EARLY = {
  title: "The last sweep did not get to its end",
  body: "Some of what has passed its time is still there. The next sweep goes on with it; until then it is kept longer than it says below.",
};
const TROUBLES: Partial<Record<SweepLine["state"], { title: string; body: string }>> = {
  incomplete: ENDED_EARLY,
  unfinished: ENDED_EARLY,
  failed: {
    title: "A part of the last sweep failed",
    body: "Some of what has passed its time is still there, and is kept longer than it says below. The next sweep tries again; the operator of this installation finds the reason in its log.",
  },
};
