/** `npm run doctor`, on both engines: each fault is made, seen by its code, and gone once it is mended. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { doctor } from "../../ops/doctor";
import { serverVersion } from "../../ops/doctor/database";
import { CODES, COMMON_CODES, type Code } from "../../ops/doctor/finding";
import { hideSecrets } from "../../ops/doctor/hide-secrets";
import { runMain, spawnScript } from "../support/commands";
import { ENGINES } from "../support/databases";
import { createBench, diagnose, type Bench, type Diagnosis } from "../support/doctor-bench";
import { CASES } from "../support/doctor-cases";

/** Where they are made instead of by a case: OK below, SERVER_OLD below, the others by tests/debian/doctor.test.ts. */
const ELSEWHERE: Code[] = ["OK", "SERVER_OLD", "DIRECT_URL_POOLED", "DIRECT_URL_MISSING"];

const codesOf = ({ findings }: Diagnosis) => findings.map(({ area, code }) => `${area} ${code}`);

describe("the codes of npm run doctor", () => {
  it("each have a fault that is made for real", () => {
    const known = [...Object.values(CODES).flat(), ...COMMON_CODES];
    const made = new Set([...CASES.map(({ code }) => code), ...ELSEWHERE]);
    expect([...known].filter((code) => !made.has(code))).toEqual([]);
    const debian = readFileSync("tests/debian/doctor.test.ts", "utf8");
    expect(debian).toContain('"DIRECT_URL_POOLED"');
    expect(debian).toContain('"DIRECT_URL_MISSING"');
  });

  it("of a server that is too old are given below its version, and not from there on", () => {
    expect(serverVersion(129_999, "12.22").map(({ code }) => code)).toEqual(["SERVER_OLD"]);
    expect(serverVersion(130_000, "13.0")).toEqual([]);
  });
});

describe.each(ENGINES)("npm run doctor on %s", (engine) => {
  let bench: Bench;
  let healthy: Diagnosis;
  beforeAll(async () => {
    bench = await createBench(engine);
    healthy = await bench.run();
  });
  afterAll(() => bench?.drop());

  it("finds nothing to mend in an installation in good health", () => {
    const found = healthy.findings.filter(({ level }) => level === "mend" || level === "warning");
    expect(found.map(({ code }) => code)).toEqual(engine === "sqlite" ? [] : ["BACKUPS_NOT_SET_UP"]);
    expect(healthy.code).toBe(0);
    expect([...new Set(healthy.findings.map(({ area }) => area))]).toEqual(Object.keys(CODES));
    expect(codesOf(healthy)).toContain("sessions OK");
  });

  let mended = "";
  const cases = CASES.filter(({ on }) => !on || on === engine);
  it.each(cases.map((one, i) => [`${one.area} ${one.code}`, i] as const))(
    "finds %s (%i)",
    async (name, i) => {
      const { env, host, mend } = await cases[i]!.make(bench);
      let sick: Diagnosis;
      try {
        sick = await bench.run(env, host);
      } finally {
        await mend?.();
      }
      const finding = sick.findings.find(({ area, code }) => `${area} ${code}` === name);
      expect(finding, codesOf(sick).join(", ")).toMatchObject({
        sentence: expect.stringMatching(/^\S.*\S$/),
      });
      expect(sick.code).toBe(sick.findings.some(({ level }) => level === "mend") ? 1 : 0);
      expect(codesOf(healthy)).not.toContain(name);
      for (const secret of [
        bench.env.CRON_SECRET!,
        "password-of-the-role",
        "pw-of-nowhere",
        bench.pair.identity,
      ])
        expect(sick.printed).not.toContain(secret);
      // Each run is the proof that the fault before it was mended.
      if (mended && mended !== name) expect(codesOf(sick)).not.toContain(mended);
      mended = name;
    },
  );

  it("finds nothing any more once everything is mended", async () => {
    expect(codesOf(await bench.run())).toEqual(codesOf(healthy));
  });

  it("changes nothing: neither a row nor a file", async () => {
    const before = await stateOf(bench);
    await bench.run();
    expect(await stateOf(bench)).toEqual(before);
  });

  it("says every problem of the variables at once, and checks what needs none of them", async () => {
    const { findings, code } = await bench.run({ SHOPIFY_API_KEY: "", SHOPIFY_API_SECRET: "", SCOPES: "" });
    expect(code).toBe(1);
    const problems = findings.filter(({ code }) => code === "ENV_INVALID").map(({ sentence }) => sentence);
    expect(problems.map((sentence) => sentence.split(" ")[0])).toEqual(
      expect.arrayContaining(["SHOPIFY_API_KEY", "SHOPIFY_API_SECRET", "SCOPES"]),
    );
    expect(findings).toContainEqual(expect.objectContaining({ area: "sessions", code: "OK" }));
  });
});

async function stateOf({ db, folder, env, engine }: Bench) {
  const tables = ["Store", "Session", "StoreSecret", "JobLease", "RetentionRun", "WebhookEvent"];
  const rows = await Promise.all(
    tables.map((table) => db.$queryRawUnsafe(`SELECT * FROM "${table}" ORDER BY "id"`)),
  );
  const written = JSON.stringify(rows, (_, value: unknown) =>
    typeof value === "bigint" ? `${value}` : value,
  );
  const places = [folder, ...(engine === "sqlite" ? [dirname(env.DATABASE_URL!.slice("file:".length))] : [])];
  return {
    rows: createHash("sha256").update(written).digest("hex"),
    files: places.map((place) => readdirSync(place, { recursive: true }).sort()),
  };
}

describe("the command", () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await createBench("sqlite");
  });
  afterAll(() => bench?.drop());

  it("prints its areas in order, in lines of at most 110 characters and without colours for a pipe", async () => {
    const { code, out, error } = await runMain(doctor(bench.host), [], {
      ...bench.env,
      SCOPES: "read_orders",
    });
    expect([code, error]).toEqual([1, ""]);
    expect(out.split("\n").filter((line) => /^[a-z]+$/.test(line))).toEqual(Object.keys(CODES));
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(110);
    expect(out).not.toContain("\u001b");
    expect(out).toMatch(/MEND +SCOPES and [^]*\(SCOPES_DIFFER\)/);
  });

  it("answers wrong arguments with 2", async () => {
    const { code, out } = await runMain(doctor(bench.host), ["--yaml"], bench.env);
    expect([code, out]).toEqual([2, ""]);
  });

  it("without any variable says what is not set, and that no database was asked", async () => {
    const { code, findings } = await diagnose({}, bench.host);
    expect(code).toBe(1);
    expect(findings.find(({ sentence }) => sentence.startsWith("DATABASE_URL"))?.code).toBe("ENV_INVALID");
    expect(findings.filter(({ code }) => code === "NOT_CHECKED").map(({ area }) => area)).toContain("schema");
  });

  it("as a process prints one JSON document as its last line, and ends by what it says", async () => {
    const { ended } = spawnScript("doctor", ["--json"], bench.env);
    const { code, stdout } = await ended;
    const document = JSON.parse(stdout.trimEnd().split("\n").at(-1)!) as Record<string, unknown>;
    expect(document).toMatchObject({ ok: code === 0, version: expect.stringMatching(/^\d+\./) });
    expect(new Date(document.checkedAt as string).getTime()).toBeGreaterThan(0);
  });
});

describe("a secret in the words of a driver", () => {
  it("is hidden, also where it is percent-encoded, in a query, or one key of a keyring", () => {
    const hide = hideSecrets({
      DATABASE_URL: "postgresql://desk:p%40ss-word@db/desk?password=other-word",
      ...{ ENCRYPTION_KEY: "k1:c2VjcmV0LW9uZQ==,k2:c2VjcmV0LXR3bw==", CRON_SECRET: "a-cron-secret-16" },
    });
    const text = "p@ss-word p%40ss-word other-word c2VjcmV0LW9uZQ== c2VjcmV0LXR3bw== a-cron-secret-16 desk";
    expect(hide(text)).toBe(`${"[hidden] ".repeat(6)}desk`);
  });
});
