import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { assertSqliteDriverFits } from "~/platform/db/sqlite-driver.server";
import { lockWithoutCompiling } from "../../../prisma/sqlite-driver.mjs";

const NODE_20 = { node: "20.19.6", napi: "9" };
const NODE_22_12 = { node: "22.12.0", napi: "9" };
const NODE_22_14 = { node: "22.14.0", napi: "10" };
const NODE_26 = { node: "26.10.0", napi: "10" };
const refused = expect.objectContaining({ code: "DATABASE_UNAVAILABLE" }) as Error;

describe("the SQLite driver", () => {
  it("is version 12 on a Node without Node-API 10, and version 13 on the others", () => {
    for (const node of [NODE_20, NODE_22_12]) assertSqliteDriverFits(node, { version: "12.11.1" });
    for (const node of [NODE_22_14, NODE_26]) assertSqliteDriverFits(node, { version: "13.2.0" });
  });

  it("is refused before it is loaded when another Node installed it", () => {
    for (const node of [NODE_20, NODE_22_12])
      expect(() => assertSqliteDriverFits(node, { version: "13.2.0" })).toThrow(refused);
    for (const node of [NODE_22_14, NODE_26])
      expect(() => assertSqliteDriverFits(node, { version: "12.11.1" })).toThrow(refused);
  });

  it("is the one that the installation chose for this Node", () => {
    expect(() => assertSqliteDriverFits()).not.toThrow();
  });
});

describe("the lockfile", () => {
  const LOCKFILE = readFileSync("package-lock.json", "utf8");
  const entryOf = (lockfile: string) =>
    (JSON.parse(lockfile) as { packages: Record<string, { gypfile?: boolean }> }).packages[
      "node_modules/better-sqlite3"
    ]!;

  it("says that there is nothing to compile, or npm 10 would look for a compiler", () => {
    expect(entryOf(LOCKFILE).gypfile).toBe(false);
  });

  it("says so again after npm has written it without", () => {
    const written = LOCKFILE.replace(/ +"gypfile": false,\n/, "");
    expect(entryOf(written).gypfile).toBeUndefined();
    expect(lockWithoutCompiling(written)).toBe(LOCKFILE);
    expect(lockWithoutCompiling(LOCKFILE)).toBe(LOCKFILE);
  });
});
