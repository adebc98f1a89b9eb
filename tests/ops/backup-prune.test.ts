import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fileName, parseFileName } from "../../ops/backup/names";
import { pastTheirTime, type PrunableBackup } from "../../ops/backup/prune";

const DAY = 86_400_000;
const NOW = new Date("2026-11-23T12:00:00Z");
const aged = (number: number, ageMs: number, good = true): PrunableBackup => ({
  number,
  createdAt: new Date(NOW.getTime() - ageMs),
  good,
});

describe("what is past its time", () => {
  it("is older than the days kept, and not a millisecond younger", () => {
    const backups = [aged(1, 30 * DAY + 1), aged(2, 30 * DAY), aged(3, 0)];
    expect(pastTheirTime(backups, NOW, 30)).toEqual([backups[0]]);
  });

  it("is never the newest good one, whatever its age", () => {
    const backups = [aged(1, 90 * DAY), aged(2, 80 * DAY), aged(3, 70 * DAY, false)];
    expect(pastTheirTime(backups, NOW, 30)).toEqual([backups[0], backups[2]]);
  });

  it("is not what a broken clock calls old: the highest number is the newest", () => {
    const madeWithAClockOf1970 = { number: 9, createdAt: new Date(0), good: true };
    expect(pastTheirTime([aged(8, 40 * DAY), madeWithAClockOf1970], NOW, 30)).toEqual([aged(8, 40 * DAY)]);
  });

  it("leaves the newest good one through 10,000 lives of random clocks, failures and gaps", () => {
    const clock = fc.integer({ min: -3_000 * DAY, max: 3_000 * DAY });
    const runs = fc.array(
      fc.record({ clock, good: fc.boolean(), keepDays: fc.integer({ min: 1, max: 60 }) }),
      {
        minLength: 1,
        maxLength: 40,
      },
    );
    fc.assert(
      fc.property(runs, (life) => {
        let kept: PrunableBackup[] = [];
        let lastGood: number | undefined;
        for (const { clock, good, keepDays } of life) {
          const now = new Date(NOW.getTime() + clock);
          const number = Math.max(0, ...kept.map((backup) => backup.number)) + 1;
          kept.push({ number, createdAt: now, good });
          if (good) lastGood = number;
          // A run that failed prunes nothing; here it may even try.
          const past = pastTheirTime(kept, now, keepDays);
          for (const { createdAt } of past)
            expect(now.getTime() - createdAt.getTime()).toBeGreaterThan(keepDays * DAY);
          kept = kept.filter((backup) => !past.includes(backup));
          if (lastGood) expect(kept.some((backup) => backup.good && backup.number === lastGood)).toBe(true);
        }
      }),
      { numRuns: 10_000 },
    );
  });
});

describe("the name of a backup", () => {
  it("says all of it, and is read back", () => {
    const name = { environment: "eu-staging-2", engine: "postgres", number: 42, createdAt: NOW } as const;
    expect(fileName(name)).toBe("backroom-eu-staging-2-postgres-000042-20261123T120000Z.dump.age");
    expect(parseFileName(fileName(name))).toEqual(name);
  });

  it.each([
    "backroom-production-postgres-000042-20261123T120000Z.sqlite.age",
    "backroom-production-postgres-000042-20261399T120000Z.dump.age",
    "backroom-production-mysql-000042-20261123T120000Z.dump.age",
    "notes.txt",
    "backroom-production-postgres-000042-20261123T120000Z.dump.age.json",
  ])("is not %s: that is left alone", (file) => expect(parseFileName(file)).toBeNull());
});
