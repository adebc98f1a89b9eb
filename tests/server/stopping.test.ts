/** SIGTERM while a run of minutes is under way, which an HTTP request began. */
import { expect, it } from "vitest";
import { answers, APP_ENVIRONMENT, startApp } from "../support/app-process";
import { eachDatabase } from "../support/databases";
import { eventually } from "../support/eventually";

/** More than a sweep deletes before the signal reaches it: on SQLite it rests between its batches. */
const ROWS = { postgres: 150_000, sqlite: 20_000 };
/** As Prisma writes it into SQLite */
const LONG_AGO = "1970-01-01T00:00:00.000+00:00";
const NUMBERS = {
  postgres: `SELECT i FROM generate_series(1, ${ROWS.postgres}) AS "n"(i)`,
  sqlite: `WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS.sqlite}) SELECT i FROM n`,
};

eachDatabase("an app that gets SIGTERM during a sweep", ({ db, url, engine }) => {
  it("ends the sweep after its current batch, answers with what is left, and exits with 0", async () => {
    await db().$executeRawUnsafe(
      `INSERT INTO "Session" ("id", "shop", "state", "accessToken", "updatedAt", "expires")
       SELECT 'expired-' || i, 's.myshopify.com', '', 'sealed', '${LONG_AGO}', '${LONG_AGO}' FROM (${NUMBERS[engine]}) AS "rows"`,
    );
    const app = await startApp({ DATABASE_URL: url(), INBOX_WORKER: "off" });
    await answers(app, "/readyz", 200);
    const swept = fetch(`${app.url}/cron/retention`, {
      method: "POST",
      headers: { Authorization: `Bearer ${APP_ENVIRONMENT.CRON_SECRET}` },
    });
    await eventually(async () => expect(await db().session.count()).toBeLessThan(ROWS[engine]));
    const stoppedAt = performance.now();
    const exit = app.stop("SIGTERM");
    const response = await swept;
    const { outcome, policies } = (await response.json()) as {
      outcome: string;
      policies: { name: string; backlog: number }[];
    };
    const left = await db().session.count();
    expect({ status: response.status, outcome }).toEqual({ status: 200, outcome: "INCOMPLETE" });
    expect(left).toBeGreaterThan(0);
    expect(policies.find(({ name }) => name === "sessions")!.backlog).toBe(left);
    expect(await exit, app.output()).toBe(0);
    // At 20 seconds the app ends itself, finished or not.
    expect(performance.now() - stoppedAt).toBeLessThan(15_000);
    expect(await db().retentionRun.findMany({ select: { outcome: true } })).toEqual([
      { outcome: "INCOMPLETE" },
    ]);
  }, 120_000);
});
