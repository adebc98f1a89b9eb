/** This machine's clock against the database's, and what it knows of time zones. */
import { databaseNow } from "~/platform/db/clock.server";
import type { Check, DatabaseCheck } from "./context";
import { few, found } from "./finding";

/** Shopify's session tokens are refused when a clock is 10 s off; half of that is time to mend it. */
const MOST_MS = 5_000;
/** Of each kind one: half hours, quarters, and a name that is not in every list */
const ZONES = ["Asia/Kolkata", "America/St_Johns", "Pacific/Chatham", "Europe/Kyiv"];

export const zonesOfNode: Check = async ({ host, configuration }) => {
  const unknown = ZONES.filter((zone) => !host.knowsZone(zone));
  return [
    ...(unknown.length
      ? [
          found(
            "mend",
            "TIME_ZONES_MISSING",
            `This Node does not know the time zones ${few(unknown)}, so the days of such shops would be wrong.`,
            "Install the usual build of Node, with full ICU; unset NODE_ICU_DATA.",
          ),
        ]
      : []),
    ...(configuration?.env.demoNow
      ? [found("note", "DEMO_CLOCK", "DEMO_NOW is set: the app's clock is that of the demo.")]
      : []),
  ];
};

export const clockOfDatabase: DatabaseCheck = async (db, { host }) => {
  const asked = host.now().getTime();
  const there = (await databaseNow(db)).getTime();
  const answered = host.now().getTime();
  const off = there < asked ? there - asked : there > answered ? there - answered : 0;
  const stores = await db.store.groupBy({ by: ["ianaTimezone"], where: { status: "ACTIVE" } });
  const unknown = stores.map(({ ianaTimezone }) => ianaTimezone).filter((zone) => !host.knowsZone(zone));
  return [
    ...(Math.abs(off) > MOST_MS
      ? [
          found(
            "mend",
            "CLOCK_OFF",
            `This machine's clock is ${(Math.abs(off) / 1000).toFixed(1)} s ${off > 0 ? "behind" : "ahead of"} the database's; from 10 s on, Shopify's session tokens are refused.`,
            "Let both keep time by NTP.",
          ),
        ]
      : []),
    ...(unknown.length
      ? [
          found(
            "mend",
            "STORE_ZONE_UNKNOWN",
            `This Node does not know the time zone of a shop: ${few(unknown)}.`,
            "Install a newer release of Node's line, whose list of zones is newer.",
          ),
        ]
      : []),
  ];
};
