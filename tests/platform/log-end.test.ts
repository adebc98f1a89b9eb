import { describe, expect, it } from "vitest";
import { runNode } from "../support/child-process";

/** A process of its own that logs `lines` lines and ends as `ending` says; what it printed. */
async function printed(lines: number, ending: string): Promise<string[]> {
  const script = `
    import { log } from "~/platform/log.server";
    for (let i = 0; i < ${lines}; i++) log.info({ i }, "a line");
    ${ending}`;
  const { stdout } = await runNode([
    ...["--import", "./prisma/register-ts-loader.mjs", "--input-type=module"],
    ...["--eval", script],
  ]);
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
