import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { childEnvironment } from "~/platform/env.server";
import { createTestDatabase, type TestDatabase } from "../support/databases";

const RUNBOOK = readFileSync("ops/RUNBOOK.md", "utf8");
const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };

/** What is set as code: indented lines, and what stands between back-ticks. */
const SNIPPETS = [
  ...RUNBOOK.matchAll(/^ {4,}(\S.*)$/gm),
  ...RUNBOOK.replace(/^ {4,}.*$/gm, "").matchAll(/`([^`]+)`/g),
].map(([, snippet]) => snippet!.replace(/\s+/g, " "));

const COMMANDS = [
  ...new Set(SNIPPETS.flatMap((snippet) => snippet.match(/\b(npm run|npx prisma) [^&|]+/g) ?? [])),
].map((command) => command.trim());
const STATEMENTS = SNIPPETS.filter((snippet) =>
  /^(SELECT|UPDATE|INSERT|DELETE|ALTER|CREATE|DROP)\s.*;$/.test(snippet),
);

describe("the runbook's commands", () => {
  it.each(COMMANDS.filter((command) => command.startsWith("npm run")))("%s is there", (command) => {
    const [name = "", ...given] = command.replace(/^npm run (-s )?/, "").split(" ");
    const script = scripts[name];
    expect(script, `package.json has no script "${name}"`).toBeDefined();
    const file = script?.match(/\S+\.(ts|mjs)$/)?.[0];
    const flags = given.filter((word) => /^--\w/.test(word)).map((word) => word.slice(2).replace(/=.*/, ""));
    if (!flags.length) return;
    expect(file, `"${script}" takes no flags of ours`).toBeDefined();
    const source = readFileSync(file!, "utf8");
    for (const flag of flags)
      expect(source, `${file} knows no --${flag}`).toMatch(new RegExp(`\\b${flag}\\b`));
  });

  it("are ours, and no bare ones of Prisma, which knows neither our pooler nor how to resolve", () => {
    expect(COMMANDS.filter((command) => command.startsWith("npx prisma"))).toEqual([]);
  });

  it("count what has expired, without a change", async () => {
    const database = await createTestDatabase("sqlite");
    const { status, stdout, stderr } = spawnSync("npm", ["run", "-s", "retention", "--", "--dry-run"], {
      env: childEnvironment({ DATABASE_URL: database.url, DIRECT_URL: "" }),
      encoding: "utf8",
    });
    expect(status, stdout + stderr).toBe(0);
    await database.drop();
  });
});

describe("the runbook's SQL", () => {
  /** What an operator puts in the place of <…> */
  const PLACES: Record<string, string> = { "<pid>": "0", "<slot>": "runbook_slot" };
  let database: TestDatabase;
  let client: pg.Client;
  beforeAll(async () => {
    database = await createTestDatabase("postgres");
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });
  afterAll(async () => {
    await client?.end();
    await database?.drop();
  });

  it.each(STATEMENTS)("%s", async (statement) => {
    if (statement.includes("<slot>"))
      await client.query(`SELECT pg_create_physical_replication_slot('${PLACES["<slot>"]}')`);
    const sql = statement.replace(/<[^>]+>/g, (place) => {
      if (!(place in PLACES)) throw new Error(`Say in PLACES what stands for ${place}.`);
      return PLACES[place]!;
    });
    // Taken back; a role belongs to the whole server.
    await client.query("BEGIN");
    if (/\bROLE backroom\b/.test(sql)) await client.query("CREATE ROLE backroom");
    await client.query(sql);
    await client.query("ROLLBACK");
  });
});

describe("the runbook's references", () => {
  const bracketed = [...RUNBOOK.matchAll(/\[([^\]]*tests\/[^\]]*)\]/g)].map(([, text]) => text!);
  const files = [...new Set(bracketed.flatMap((text) => text.match(/tests\/[\w./-]*[\w/]/g) ?? []))];

  it.each(files)("%s is there", (file) => {
    expect(existsSync(file)).toBe(true);
  });

  it("are in every chapter that tells to run something", () => {
    const chapters = RUNBOOK.split(/^## /m).slice(1);
    const without = chapters.filter(
      (chapter) => /npm run|npx prisma|curl |;\n/.test(chapter) && !/\[[^\]]*tests\//.test(chapter),
    );
    expect(without.map((chapter) => chapter.split("\n")[0])).toEqual([]);
  });
});

describe("the arithmetic of connections", () => {
  const examples = [
    ...RUNBOOK.matchAll(/(\d+): (\d+) processes[^|]*?(?:, (\d+) during a deploy)?, (\d+) each = (\d+)/g),
  ];

  it.each(examples.map(([text, ...numbers]) => [text, ...numbers.map(Number)] as const))(
    "%s leaves a fifth to others",
    (_text, limit, processes, duringDeploy, each, total) => {
      expect((duringDeploy || processes) * each).toBe(total);
      expect(total).toBeLessThanOrEqual(0.8 * limit);
    },
  );

  it("has an example for each provider that has a limit", () => expect(examples).toHaveLength(3));
});
