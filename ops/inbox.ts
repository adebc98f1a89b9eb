/** `npm run inbox`: what POST /cron/inbox does (cron-command.ts says with which options and exit codes). */
import { HANDLERS } from "~/features/webhooks/handlers/topics.server";
import { runInbox, type InboxReport } from "~/features/webhooks/inbox-run.server";
import { keyProvider } from "~/platform/crypto/keys.server";
import { setLogLevel } from "~/platform/log.server";
import { now } from "~/platform/now.server";
import { listCounts, number, runCronCommand } from "./cron-command";

runCronCommand({
  name: "inbox",
  rival: "Another run",
  prepare: () => {
    const keys = keyProvider();
    // Of an event that failed its line says why; those that went well are counted.
    setLogLevel("warn");
    return ({ progress, ...run }, query) =>
      runInbox(
        {
          ...{ ...run, keys, handlers: HANDLERS, clock: now },
          onProgress: (processed) => progress(() => listCounts(processed)),
        },
        query,
      );
  },
  tell,
});

function tell({ dryRun, due, processed, remaining }: InboxReport) {
  if (dryRun) console.log(`${number(due)} events are due.`);
  else
    console.log(
      `${number(due)} events were due: ${listCounts(processed)}; ${number(remaining)} are due now.`,
    );
}
