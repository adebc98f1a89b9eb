/** `npm run refresh`: what POST /cron/refresh does (cron-command.ts has the options and exit codes). */
import { createProviderDeps } from "~/features/connections/provider-deps.server";
import { refreshConnections, type RefreshReport } from "~/features/connections/refresh.server";
import { createKeyProvider } from "~/platform/crypto/keys.server";
import { readEnvironment } from "~/platform/env.server";
import { setLogLevel } from "~/platform/log.server";
import { createClock } from "~/platform/now.server";
import { cronCommand, listCounts, number, rotationLines } from "./cron-command";

export const main = cronCommand({
  name: "refresh",
  purpose: "Tests the connections that are due.",
  rival: "Another run",
  prepare: (variables) => {
    const { env, secrets } = readEnvironment(variables);
    const [keys, clock] = [createKeyProvider(secrets), createClock(env)];
    const deps = createProviderDeps(env, clock);
    setLogLevel("warn");
    return ({ progress, ...run }, query) =>
      refreshConnections(
        { ...run, keys, deps, clock, onProgress: (counts) => progress(() => listCounts(counts)) },
        query,
      );
  },
  lines: ({ dryRun, connections, rotationReminders }: RefreshReport) => {
    const { due, remaining, ...counts } = connections;
    const tested = dryRun
      ? `${number(due)} connections are due for a test.`
      : `${number(due)} connections were due: ${listCounts(counts)}; ${number(remaining)} are due now.`;
    return [tested, ...rotationLines(rotationReminders)];
  },
});
