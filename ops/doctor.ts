/** `npm run doctor`: everything that can be told of a misconfiguration from outside (ops/RUNBOOK.md, "Run the doctor first"). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { command, type Io, type Main } from "~/platform/command.server";
import { count, type Area, type Finding } from "./doctor/finding";
import { thisHost, type Host } from "./doctor/host";
import { runChecks } from "./doctor/run-checks";

export const main = doctor(thisHost);

/** The command on another machine: tests give one. */
export function doctor(host: Host): Main {
  const main = command({
    name: "npm run doctor",
    help: `Usage: npm run doctor [-- --json]

Checks configuration, database, schema, pool, keys, sessions, scopes, webhooks, clock, backups and schedules, and says of each
fault what to do. It changes nothing, and runs beside the app.
  --json  one JSON document as the last line: { ok, checkedAt, version, findings: [{ area, code, level, sentence, do? }] }

0    nothing must be mended (there may be warnings and notes)
1    something must be mended
2    wrong arguments
130  stopped by SIGINT or SIGTERM`,
    options: { json: "flag" },
    stopsAtOnce: true,
    run: async ({ values: { json } }, env, io) => {
      const report = json ? (area: Area) => io.err(`${area}: checked`) : printer(io, Boolean(env.NO_COLOR));
      const findings = await runChecks(env, host, io.signal, report);
      const ok = !findings.some(({ level }) => level === "mend");
      const checkedAt = host.now().toISOString();
      if (json) io.out(JSON.stringify({ ok, checkedAt, version: versionOf(host), findings }));
      else io.out(summary(findings));
      return ok ? 0 : 1;
    },
  });
  return Object.assign(main, { toleratesDamagedEnvFile: true });
}

const WIDTH = 100;
const MARKS = { ok: "ok", note: "note", warning: "warning", mend: "MEND" };
const COLOURS = { ok: 32, note: 36, warning: 33, mend: 31 };

function printer({ out, terminal }: Io, plain: boolean): (area: Area, findings: Finding[]) => void {
  return (area, findings) => {
    out(area);
    for (const { level, code, sentence, do: todo } of findings) {
      const mark = MARKS[level].padEnd(8);
      const lines = wrap([sentence, todo].filter(Boolean).join(" "), WIDTH - 12);
      out(`  ${terminal && !plain ? `\u001b[${COLOURS[level]}m${mark}\u001b[0m` : mark}  ${lines[0]}`);
      for (const line of lines.slice(1)) out(`${" ".repeat(12)}${line}`);
      if (code !== "OK") out(`${" ".repeat(12)}(${code})`);
    }
  };
}

/** A word that is longer than a line (an address, a command) has a line of its own. What a terminal would obey is left out. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [""];
  for (const word of text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ").split(" ")) {
    const line = lines.at(-1)!;
    if (!line || line.length + word.length < width) lines[lines.length - 1] = line ? `${line} ${word}` : word;
    else lines.push(word);
  }
  return lines;
}

function summary(findings: Finding[]): string {
  const of = (level: Finding["level"]) => findings.filter((finding) => finding.level === level).length;
  const warnings = `${count(of("warning"), "warning")} and ${count(of("note"), "note")}`;
  return of("mend")
    ? `${count(of("mend"), "thing")} must be mended; ${warnings}.`
    : `Nothing must be mended; ${warnings}.`;
}

function versionOf({ folder }: Host): string {
  return (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string }).version;
}
