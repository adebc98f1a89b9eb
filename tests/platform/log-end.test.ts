import { describe, expect, it } from "vitest";
import { runNode, start } from "../support/child-process";

/** The arguments of a Node that logs `lines` lines and ends as `ending` says. */
function logging(lines: number, ending: string): string[] {
  const script = `
    import { log } from "~/platform/log.server";
    for (let i = 0; i < ${lines}; i++) log.info({ i }, "a line");
    ${ending}`;
  return ["--import", "./prisma/register-ts-loader.mjs", "--input-type=module", "--eval", script];
}

/** A process of its own; what it printed. */
async function printed(lines: number, ending: string): Promise<string[]> {
  const { stdout } = await runNode(logging(lines, ending));
  return stdout.trim().split("\n");
}

describe("log lines that are written just before the end", () => {
  it.each([
    ["by itself", ""],
    ["by process.exit", "process.exit(1)"],
    ["by an uncaught error", "throw new Error('no')"],
  ])("are all printed when the process ends %s", async (_name, ending) => {
    const lines = await printed(2_000, ending);
    expect(lines.map((line) => (JSON.parse(line) as { i: number }).i)).toEqual(
      Array.from({ length: 2_000 }, (_, i) => i),
    );
  });
});

describe("a process whose log has no reader any more", () => {
  it.each([
    ["by itself", "", 0],
    ["by process.exit", "process.exit(3)", 3],
    [
      "by process.exit at once, with one line",
      "setTimeout(() => { log.info('last'); process.exit(3); }, 300)",
      3,
    ],
    ["by an uncaught error", "throw new Error('no')", 1],
  ])("ends %s, with its own code", async (_name, ending, code) => {
    const { ended } = start("bash", [
      ...["-c", `"$@" 2>/dev/null | true; exit "\${PIPESTATUS[0]}"`, "bash", process.execPath],
      ...logging(ending.includes("one line") ? 0 : 500, ending),
    ]);
    expect((await ended).code).toBe(code);
  });
});
