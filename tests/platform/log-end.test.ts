import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";

/** A process of its own that logs `lines` lines and ends as `ending` says; what it printed. */
function printed(lines: number, ending: string): string[] {
  const script = `
    import { log } from "~/platform/log.server";
    for (let i = 0; i < ${lines}; i++) log.info({ i }, "a line");
    ${ending}`;
  const { stdout } = spawnSync(
    process.execPath,
    ["--import", "./prisma/register-ts-loader.mjs", "--input-type=module", "--eval", script],
    { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
  );
  return stdout.trim().split("\n");
}

describe("lines that are logged just before the end", () => {
  it.each([
    ["of itself", ""],
    ["by process.exit", "process.exit(1)"],
    ["by an error that nobody catches", "throw new Error('no')"],
  ])("are written when the process ends %s", (_name, ending) => {
    const lines = printed(2_000, ending);
    expect(lines.map((line) => (JSON.parse(line) as { i: number }).i)).toEqual(
      Array.from({ length: 2_000 }, (_, i) => i),
    );
  });
});
