/** What the workers under fire do with an event: something that can be counted. */
import { appendFileSync } from "node:fs";
import type { TopicHandler } from "~/features/webhooks/handler";

export const TOPICS = { effect: "test/effect", held: "test/held", poison: "test/poison" } as const;

/** How long `held` takes: long enough to be killed in the middle, shorter than a transaction may. */
const HELD_SECONDS = 1;

/**
 * The effect is a row written in the handler's transaction. The attempt is a line in a file, which nothing takes back: the
 * difference between the two is what was begun and rolled back.
 */
export function crashHandlers(attemptsFile: string): ReadonlyMap<string, TopicHandler> {
  const effect = (seconds: (webhookId: string) => number): TopicHandler => ({
    of: "any",
    handle: async ({ tx, event }) => {
      const line = [event.webhookId, process.pid, Date.now(), event.attempts].join(" ");
      appendFileSync(attemptsFile, `${line}\n`);
      await tx.$executeRawUnsafe(`INSERT INTO "CrashEffect" VALUES ($1, $2)`, event.webhookId, process.pid);
      const pause = seconds(event.webhookId);
      if (pause) await tx.$executeRawUnsafe(`SELECT 1 FROM pg_sleep($1::float)`, pause);
      return "done";
    },
  });
  return new Map<string, TopicHandler>([
    // One in 128 takes its time, so that there is always somebody in the middle of something.
    [TOPICS.effect, effect((webhookId) => (/[08]0$/.test(webhookId) ? 0.25 : 0))],
    [TOPICS.held, effect(() => HELD_SECONDS)],
    [
      TOPICS.poison,
      {
        of: "any",
        handle: async () => {
          process.kill(process.pid, "SIGKILL");
          return "done";
        },
      },
    ],
  ]);
}
