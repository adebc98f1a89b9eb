/** Everything that the overview shows, gathered from the features that know it. Nothing is fetched from Shopify here. */
import {
  connectionsHealth,
  rotationsDue,
  type ConnectionHealth,
  type RotationDue,
} from "~/features/connections/connections.server";
import { countWaiting, type Waiting } from "~/features/inbox/inbox.server";
import { listRunningOut, type RunningOut } from "~/features/inventory/inventory.server";
import { countAttention, type Attention } from "~/features/orders/orders.server";
import { getSettings } from "~/features/settings/settings.server";
import { finishStep, hasDone } from "~/features/stores/onboarding.server";
import type { Store } from "~/features/stores/require-store.server";
import type { Db } from "~/platform/db/client.server";
import { shopDayOf } from "~/platform/shop-day";
import { parseRange, rangeOf, type DateRange } from "./date-range";
import { hasFigures, loadFigures, type RangeFigures } from "./figures.server";
import { overviewAction } from "./overview.schema";
import { setupSteps, type SetupStep } from "./setup-guide";

export type Overview = RangeFigures & {
  range: DateRange;
  currency: string;
  ianaTimezone: string;
  /** ISO instant, the "now" of every age on the page */
  now: string;
  attention: Attention;
  waiting: Waiting;
  /** Null while the merchant has the forecast switched off */
  runningOut: RunningOut | null;
  connections: ConnectionHealth[];
  rotations: RotationDue[];
  /** Null once dismissed or finished */
  setup: SetupStep[] | null;
};

/** @param range the `range` parameter as it came; unknown values give the default range */
export async function loadOverview(
  db: Db,
  store: Store,
  { now, range: asked }: { now: Date; range?: string | null },
): Promise<Overview> {
  const today = shopDayOf(now, store.ianaTimezone);
  const range = rangeOf(parseRange(asked), today);
  const [figures, anyFigures, attention, waiting, runningOut, connections, rotations] = await Promise.all([
    loadFigures(db, store, { range, now }),
    hasFigures(db, store.id),
    countAttention(db, store.id, now),
    countWaiting(db, store.id),
    runningOutOf(db, store.id, today),
    connectionsHealth(db, store.id, now),
    rotationsDue(db, store.id, now),
  ]);
  const { currency, ianaTimezone } = store;
  return {
    ...figures,
    ...{ range, currency, ianaTimezone, attention, waiting, runningOut, connections, rotations },
    now: now.toISOString(),
    setup: setupOf(store, anyFigures, connections),
  };
}

/** @returns whether the form asked for something that the overview can do */
export async function actOnOverview(db: Db, storeId: string, form: FormData, now: Date): Promise<boolean> {
  const action = overviewAction.safeParse(Object.fromEntries(form));
  if (!action.success) return false;
  const step = action.data.intent === "dismiss-guide" ? "guide-dismissed" : "thresholds";
  await finishStep(db, storeId, step, now);
  return true;
}

async function runningOutOf(db: Db, storeId: string, today: string): Promise<RunningOut | null> {
  const { thresholds, featureToggles } = await getSettings(db, storeId);
  if (!featureToggles.inventoryForecast) return null;
  return listRunningOut(db, storeId, { today, lowCoverDays: thresholds.lowCoverDays });
}

function setupOf(store: Store, anyFigures: boolean, connections: ConnectionHealth[]): SetupStep[] | null {
  if (hasDone(store, "guide-dismissed")) return null;
  const steps = setupSteps({
    hasFigures: anyFigures,
    connected: connections.some(({ provider, secret }) => provider !== "MCP" && secret),
    connectionWorks: connections.some(({ state }) => state === "working"),
    thresholdsReviewed: hasDone(store, "thresholds"),
  });
  return steps.every(({ done }) => done) ? null : steps;
}
