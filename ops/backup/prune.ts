export type PrunableBackup = {
  number: number;
  createdAt: Date;
  /** Whole: its manifest is there, and says as many bytes as are stored */
  good: boolean;
};

const DAY_MS = 86_400_000;

/**
 * Which backups are older than `keepDays`. Never the newest good one: "newest" is the highest number, which only goes forward,
 * because clocks jump.
 */
export function pastTheirTime<T extends PrunableBackup>(backups: T[], now: Date, keepDays: number): T[] {
  const newestGood = Math.max(...backups.filter(({ good }) => good).map(({ number }) => number));
  return backups.filter(
    ({ number, createdAt, good }) =>
      !(good && number === newestGood) && now.getTime() - createdAt.getTime() > keepDays * DAY_MS,
  );
}
