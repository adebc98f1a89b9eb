/** How often a person may have a provider asked: each question of a store one at a time, and so many tests in an hour. */
import { refused, type Submitted } from "./connection-answer";
import type { ConnectionContext } from "./connection-context";
import { ConnectionEventRepository } from "./connection-event.repository.server";
import { PROVIDER_NAMES, type Provider } from "./provider";

export const MOST_TESTS_PER_HOUR = 60;
const HOUR_MS = 60 * 60 * 1000;
/** Longer than any test may take: one that was begun before has died. */
const LONGEST_TEST_MS = 2 * 60 * 1000;

/** Of this process; what another one has begun is in the database. */
const underWay = new Set<string>();

/** Runs `ask`, or says why not now. */
export async function withTestLimit(
  { db, storeId, now }: ConnectionContext,
  provider: Provider,
  intent: "connect" | "rotate" | "sites" | "test",
  ask: () => Promise<Submitted>,
): Promise<Submitted> {
  const key = `${storeId} ${provider} ${intent}`;
  const name = PROVIDER_NAMES[provider];
  const busy = () => refused(429, `${name} is being asked already. Wait for that answer, then try again.`);
  if (underWay.has(key)) return busy();
  underWay.add(key);
  try {
    const events = new ConnectionEventRepository(db, storeId);
    // A slow test must not keep a merchant from replacing what it tests.
    const begunSince = new Date(now.getTime() - LONGEST_TEST_MS);
    if (intent === "test" && (await events.countBegun(provider, begunSince))) return busy();
    if ((await events.countAsked(provider, new Date(now.getTime() - HOUR_MS))) >= MOST_TESTS_PER_HOUR)
      return refused(
        429,
        `${name} was tested ${MOST_TESTS_PER_HOUR} times within an hour. Wait a while, then try again.`,
      );
    return await ask();
  } finally {
    underWay.delete(key);
  }
}
