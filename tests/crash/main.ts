import { command, UsageError } from "~/platform/command.server";
import { CRASH_LONG, CRASH_SHORT, PART_NAMES, runCrashes, type PartName } from "./crash-run";

/** Of what was lost, done twice or too late, that is printed */
const PRINTED = 50;

export const main = command({
  name: "npm run crash",
  help: `Usage: npm run crash [-- --short] [--kills N] [--ids N] [--storm N] [--only A,B] (after npm run build)

Kills the inbox's processes and its database under load, and compares what was acknowledged with what was done.
  --short        the form that CI runs
  --kills, --ids, --storm N   so many kills, acknowledged deliveries, and deliveries in the storm
  --only A,B     these parts: ${PART_NAMES.join(", ")}

0    nothing was lost, done twice, or too late
1    something was
2    wrong arguments, or a part could not run`,
  options: { short: "flag", kills: "value", ids: "value", storm: "value", only: "value" },
  run: async ({ values }, _env, io) => {
    const form = values.short ? CRASH_SHORT : CRASH_LONG;
    const only = values.only?.split(",").map(partOf);
    const violations = await runCrashes({
      ...form,
      ...{ kills: count(values.kills) ?? form.kills, ids: count(values.ids) ?? form.ids },
      ...{ storm: count(values.storm) ?? form.storm, say: io.out, ...(only && { only }) },
    });
    for (const violation of violations.slice(0, PRINTED)) io.out(`VIOLATION: ${violation}`);
    io.out(violations.length ? `${violations.length} violations` : "no violations");
    return violations.length ? 1 : 0;
  },
});

function partOf(name: string): PartName {
  const part = PART_NAMES.find((known) => known === name);
  if (!part) throw new UsageError(`${name} is no part of the crash runs.`);
  return part;
}

function count(given: string | undefined): number | undefined {
  if (given !== undefined && !/^[1-9]\d{0,8}$/.test(given))
    throw new UsageError(`${given} is no number of them.`);
  return given === undefined ? undefined : Number(given);
}
