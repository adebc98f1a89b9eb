/** `npm run inbox`: what POST /cron/inbox does (cron-command.ts has the options and exit codes). */
import { HANDLERS } from "~/features/webhooks/handlers/topics.server";
import { runInbox, type InboxReport } from "~/features/webhooks/inbox-run.server";
import { createKeyProvider } from "~/platform/crypto/keys.server";
import { readEnvironment } from "~/platform/env.server";
import { setLogLevel } from "~/platform/log.server";
import { createClock } from "~/platform/now.server";
import { cronCommand, listCounts, number } from "./cron-command";

export const main = cronCommand({
  name: "inbox",
  purpose: "Works through the webhooks that wait.",
  rival: "Another run",
  prepare: (variables) => {
    const { env, secrets } = readEnvironment(variables);
    const [keys, clock] = [createKeyProvider(secrets), createClock(env)];
    // An event that failed says why in its line; those that went well are counted.
    setLogLevel("warn");
    return ({ progress, ...run }, query) =>
      runInbox(
        {
          ...{ ...run, keys, handlers: HANDLERS, clock },
          onProgress: (processed) => progress(() => listCounts(processed)),
        },
        query,
      );
  },
  lines: ({ dryRun, due, processed, remaining }: InboxReport) =>
    dryRun
      ? [`${number(due)} events are due.`]
      : [`${number(due)} events were due: ${listCounts(processed)}; ${number(remaining)} are due now.`],
});
