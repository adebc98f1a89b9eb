/** Whether every installed shop has a session that work without a merchant can use. */
import type { Db } from "~/platform/db/client.server";
import { queryRows } from "~/platform/db/raw.server";
import type { DatabaseCheck } from "./context";
import { count, few, found, type Found } from "./finding";
import { unreadable } from "./keys";
import { rowsNow } from "./rows-now";

/** Shops that are named or counted one by one */
const MOST = 1_000;
const REOPEN = "A merchant or a colleague opens the app there once in the Shopify admin.";

export const sessions: DatabaseCheck = async (db, context) => [
  ...(context.keys
    ? unreadable(await context.envelopes(), (table) => table === "Session", "SESSION_UNREADABLE")
    : []),
  ...(await missing(db)),
  ...(await ended(db, await rowsNow(db, context))),
];

async function missing(db: Db): Promise<Found[]> {
  const rows = await queryRows<{ shop: string }>(
    db,
    `SELECT "store"."shopDomain" AS "shop" FROM "Store" AS "store" WHERE "store"."status" = 'ACTIVE'
       AND NOT EXISTS (SELECT 1 FROM "Session" AS "session"
         WHERE "session"."id" = 'offline_' || "store"."shopDomain" AND "session"."accessToken" <> '')
     ORDER BY 1 LIMIT ${MOST}`,
    [],
  );
  if (!rows.length) return [];
  const sentence = `${shops(rows.length)} installed and without a session, so nothing works there while no merchant is in the app: ${few(rows.map(({ shop }) => shop))}.`;
  return [found("warning", "SESSION_MISSING", sentence, REOPEN)];
}

/** Neither valid nor to be refreshed: Shopify ends a refresh token after 90 days without use. */
async function ended(db: Db, now: Date): Promise<Found[]> {
  const rows = await db.session.findMany({
    where: {
      ...{ isOnline: false, expires: { lt: now }, accessToken: { not: "" } },
      OR: [{ refreshToken: null }, { refreshToken: "" }, { refreshTokenExpires: { lt: now } }],
    },
    ...{ select: { shop: true }, orderBy: { id: "asc" }, take: MOST },
  });
  const active = new Set(
    (
      await db.store.findMany({
        where: { status: "ACTIVE", shopDomain: { in: rows.map(({ shop }) => shop) } },
        select: { shopDomain: true },
      })
    ).map(({ shopDomain }) => shopDomain),
  );
  const names = rows.map(({ shop }) => shop).filter((shop) => active.has(shop));
  if (!names.length) return [];
  const sentence = `${shops(names.length)} installed with a session that is over and cannot be refreshed: ${few(names)}.`;
  return [found("warning", "SESSION_ENDED", sentence, REOPEN)];
}

function shops(number: number): string {
  return `${count(number, "shop")}${number >= MOST ? " or more" : ""} ${number === 1 ? "is" : "are"}`;
}
