/** `npm run refresh`: what POST /cron/refresh does (cron-command.ts says with which options and exit codes). */
import { providerDeps } from "~/features/connections/provider-deps.server";
import { refreshConnections, type RefreshReport } from "~/features/connections/refresh.server";
import { keyProvider } from "~/platform/crypto/keys.server";
import { setLogLevel } from "~/platform/log.server";
import { now } from "~/platform/now.server";
import { listCounts, number, runCronCommand, tellRotations } from "./cron-command";

runCronCommand({
  name: "refresh",
  rival: "Another run",
  prepare: () => {
    const [keys, deps] = [keyProvider(), providerDeps()];
    setLogLevel("warn");
    return ({ progress, ...run }, query) =>
      refreshConnections(
        { ...run, keys, deps, clock: now, onProgress: (counts) => progress(() => listCounts(counts)) },
        query,
      );
  },
  tell,
});

function tell({ dryRun, connections, rotationReminders }: RefreshReport) {
  const { due, remaining, ...counts } = connections;
  if (dryRun) console.log(`${number(due)} connections are due for a test.`);
  else
    console.log(
      `${number(due)} connections were due: ${listCounts(counts)}; ${number(remaining)} are due now.`,
    );
  tellRotations(rotationReminders);
}
