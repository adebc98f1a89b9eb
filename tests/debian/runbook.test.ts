/** What the runbook tells to do with Debian's own programs. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, it } from "vitest";
import { connectDatabase } from "~/platform/db/client.server";
import { childEnvironment } from "~/platform/env.server";
import { createTestDatabase } from "../support/databases";
import { administer, databaseUrl } from "../support/postgres";
import { runScript } from "../support/commands";
import { insertTenant } from "../support/tenant-rows";

const RUNBOOK = readFileSync("ops/RUNBOOK.md", "utf8");

it("makes a key pair, a backup, verifies it, and opens it without Backroom", async () => {
  const folder = mkdtempSync(join(tmpdir(), "backroom-runbook-"));
  const shell = (command: string) =>
    spawnSync("sh", ["-ec", command], { cwd: folder, env: childEnvironment({}), encoding: "utf8" });
  const [, makeKey] = /`(age-keygen [^`]+)`/.exec(RUNBOOK)!;
  expect(shell(makeKey!).status).toBe(0);
  const recipient = /public key: (age1\w+)/.exec(readFileSync(join(folder, "backup.key"), "utf8"))![1]!;

  const database = await createTestDatabase("postgres");
  const db = await connectDatabase(database.url);
  await insertTenant(db, "marked");
  await db.$disconnect();
  const environment = {
    ...{ DATABASE_URL: database.url, BACKUP_ENVIRONMENT: "test", BACKUP_FOLDER: folder },
    ...{ BACKUP_RECIPIENT: recipient, BACKUP_IDENTITY_FILE: join(folder, "backup.key") },
  };
  for (const script of ["backup", "backup:verify"]) {
    const { code, out, error } = await runScript(script, [], environment);
    expect(code, out + error).toBe(0);
  }

  const name = `by_hand_${process.pid}`;
  await administer(inject("postgresUrl"), `CREATE DATABASE ${name}`);
  const target = databaseUrl(inject("postgresUrl"), name);
  const file = readdirSync(folder).find((path) => path.endsWith(".age"))!;
  const [, open] = /`(age --decrypt [^`]+)`/.exec(RUNBOOK)!;
  const opened = shell(open!.replace("<file>.age", file).replace("--dbname=…", `--dbname='${target}'`));
  expect(opened.stderr).toBe("");
  const restored = await connectDatabase(target);
  expect(await restored.store.findMany({ select: { name: true } })).toEqual([{ name: "marked" }]);
  await restored.$disconnect();
  await administer(inject("postgresUrl"), `DROP DATABASE ${name} WITH (FORCE)`);
  await database.drop();
});
