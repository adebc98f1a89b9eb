import { spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { answerToTrouble } from "~/features/stores/trouble.server";
import { isDatabaseUnavailable } from "~/platform/db/errors.server";
import { descriptorLimit, isOutOfDescriptors, mostConnections } from "~/platform/descriptors.server";

describe("the limit of connections", () => {
  it.each([
    [1_024, 10, 483],
    [1_048_576, 10, 4_000],
    [Infinity, 10, 4_000],
    [64, 10, 8],
  ])("of %d descriptors and %d connections to the database is %d", (descriptors, database, most) => {
    expect(mostConnections(database, descriptors)).toBe(most);
  });

  it("is made of this process's own limit of descriptors", () => {
    const shell = spawnSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" }).stdout.trim();
    expect(descriptorLimit()).toBe(shell === "unlimited" ? Infinity : Number(shell));
  });
});

describe("an error for want of a descriptor", () => {
  const error = (code: string) => Object.assign(new Error("no file can be opened"), { code });

  it.each(["EMFILE", "ENFILE"])("%s is recognised, also as the cause of another one", (code) => {
    expect(isOutOfDescriptors(error(code))).toBe(true);
    expect(isOutOfDescriptors(new TypeError("fetch failed", { cause: error(code) }))).toBe(true);
    expect(isDatabaseUnavailable(error(code))).toBe(true);
  });

  it("is not what a missing file is, or an error that is its own cause", () => {
    const circle = new Error("circle");
    circle.cause = circle;
    for (const other of [error("ENOENT"), circle, null, undefined, "EMFILE"])
      expect(isOutOfDescriptors(other)).toBe(false);
  });

  it("is answered by a page with 503 and Retry-After", () => {
    const answer = answerToTrouble(new TypeError("fetch failed", { cause: error("EMFILE") }));
    expect({ status: answer.status, retryAfter: answer.headers.get("retry-after") }).toEqual({
      status: 503,
      retryAfter: "5",
    });
  });

  it("is what opening one file too many throws", () => {
    expect(() => closeSync(openSync("/dev/null", "r"))).not.toThrow();
    const script = `const fs = require("node:fs"); try { for (;;) fs.openSync("/dev/null"); } catch ({ code }) { fs.writeSync(1, code); }`;
    const child = spawnSync("sh", ["-c", `ulimit -n 64; exec "$0" -e "$1"`, process.execPath, script], {
      encoding: "utf8",
    });
    expect(child.stdout).toBe("EMFILE");
  });
});
