/** A connection's facts as terms, for the list of all and for its own page. */
import type { Term } from "~/components/term-list";
import { formatAgo, formatShopDate, formatShopTime } from "~/platform/shop-time";
import type { ConnectionCard, SecretFacts } from "../connections.server";

/** What it is connected to. */
export function targetTerms({ provider, config }: Pick<ConnectionCard, "provider" | "config">): Term[] {
  if (!config) return [];
  const account = config.account ? [{ term: "Signs in as", description: config.account }] : [];
  if ("propertyId" in config) return [{ term: "Property", description: config.propertyId }, ...account];
  if ("siteUrl" in config)
    return [{ term: provider === "GSC" ? "Property" : "Site", description: config.siteUrl }, ...account];
  return [{ term: "Server", description: config.endpoint }];
}

/** Whether it works, since when, how often and how quickly. */
export function historyTerms(
  { state, history, testedAt, latencyMs }: ConnectionCard,
  now: string,
  zone: string,
): Term[] {
  if (!testedAt) return [{ term: "Last test", description: "never" }];
  const word = state === "working" ? "Working" : "Failing";
  return [
    {
      term: `${word} since`,
      description: history.since ? formatShopTime(history.since, zone) : "more than 30 days ago",
    },
    { term: "Last test", description: `${formatAgo(testedAt, now)}, in ${latencyMs} ms` },
    {
      term: "Last 30 days",
      description:
        history.uptime === null
          ? "no test"
          : `worked ${percent(history.uptime)} of the time, ${history.tests} ${history.tests === 1 ? "test" : "tests"}`,
    },
    ...(history.p50Ms === null
      ? []
      : [{ term: "Answers", description: `in ${history.p50Ms} ms (p50), ${history.p95Ms} ms (p95)` }]),
  ];
}

export function secretTerm(secret: SecretFacts, zone: string): Term {
  const due = secret.rotationReminderAt;
  const rotation = due
    ? `, rotation ${secret.overdue ? "was due" : "due"} ${formatShopDate(due, zone)}`
    : ", no reminder";
  return { term: "Secret", description: lastFourText(secret) + rotation };
}

export function lastFourText({ lastFour }: SecretFacts): string {
  return lastFour ? `ends in ${lastFour}` : "stored";
}

/** A failure never rounds up to "all of the time", and a success never down to "none". */
function percent(share: number): string {
  if (share > 0 && share < 0.001) return "less than 0.1%";
  if (share < 1 && share > 0.999) return "more than 99.9%";
  return `${Math.round(share * 1000) / 10}%`;
}
