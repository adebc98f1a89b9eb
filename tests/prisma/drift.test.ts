import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, inject, it, vi } from "vitest";
import { childEnvironment } from "~/platform/env.server";

vi.setConfig({ testTimeout: 180_000 });

function drift(folder: string) {
  const env = childEnvironment({ DATABASE_URL: inject("postgresUrl") });
  const { status, stdout, stderr } = spawnSync("npm", ["run", "-s", "prisma:drift"], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  return { status, output: stdout + stderr };
}

it("finds no drift between the schemas, and between each and its migrations", () => {
  const { status, output } = drift(".");
  expect(output.match(/^no drift/gm)).toHaveLength(3);
  expect(status).toBe(0);
});

it("finds a column that no migration adds, on both engines", () => {
  const folder = mkdtempSync(join(tmpdir(), "backroom-drift-"));
  for (const path of ["prisma.config.ts", "package.json", "tsconfig.json", "prisma"])
    cpSync(path, join(folder, path), { recursive: true });
  for (const path of ["app", "node_modules"]) symlinkSync(resolve(path), join(folder, path));
  const schema = join(folder, "prisma/schema.prisma");
  writeFileSync(
    schema,
    readFileSync(schema, "utf8").replace("model Store {", "model Store {\n  nickname String?"),
  );
  const { status, output } = drift(folder);
  rmSync(folder, { recursive: true, force: true });
  expect(status).toBe(1);
  expect(output).toMatch(/DRIFT +schema\.sqlite\.prisma is derived/);
  expect(output).toMatch(/DRIFT +migrations$/m);
});
