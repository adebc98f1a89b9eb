/** Which secrets want a new one: what the cron reports, of all stores. It needs nothing of what speaks to providers. */
import { DAY_MS } from "~/platform/clock";
import type { Db } from "~/platform/db/client.server";
import { DueRepository, type DueRotation } from "./due.repository.server";

const REMIND_DAYS = 14;

export type RotationReminder = {
  shopDomain: string;
  provider: string;
  rotationReminderAt: string;
  overdue: boolean;
  /** Whole days, negative when it has passed */
  daysUntil: number;
};

/** Overdue, and due within the next 14 days: all of them, however many stores there are. */
export async function rotationReminders(
  db: Db,
  now: Date,
  { pageSize = 1_000 } = {},
): Promise<RotationReminder[]> {
  const until = new Date(now.getTime() + REMIND_DAYS * DAY_MS);
  const due = new DueRepository(db);
  const reminders: RotationReminder[] = [];
  let page: DueRotation[] = [];
  do {
    page = await due.listRotations(until, { after: page.at(-1)?.id, limit: pageSize });
    for (const { shopDomain, provider, rotationReminderAt } of page)
      reminders.push({
        ...{ shopDomain, provider },
        rotationReminderAt: rotationReminderAt.toISOString(),
        overdue: rotationReminderAt <= now,
        daysUntil: Math.floor((rotationReminderAt.getTime() - now.getTime()) / DAY_MS),
      });
  } while (page.length === pageSize);
  return reminders;
}
