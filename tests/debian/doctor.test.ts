/** `npm run doctor` with a pooler in front of the server. */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { createBench, type Bench } from "../support/doctor-bench";
import { startPgBouncer, type Pooler } from "../support/pgbouncer";
import { databaseUrl } from "../support/postgres";

describe("npm run doctor through PgBouncer", () => {
  let bench: Bench;
  let pooler: Pooler;
  let pooled = "";
  beforeAll(async () => {
    bench = await createBench("postgres");
    pooler = await startPgBouncer(inject("postgresUrl"), 5);
    pooled = databaseUrl(pooler.url, bench.name);
  });
  afterAll(async () => {
    await pooler?.stop();
    await bench?.drop();
  });

  const codes = async (env: Record<string, string>) =>
    (await bench.run(env)).findings.filter(({ level }) => level === "mend").map(({ code }) => code);

  it("asks for an address of the server itself", async () => {
    expect(await codes({ DATABASE_URL: pooled })).toEqual(["DIRECT_URL_MISSING"]);
  });

  it("tells a DIRECT_URL that leads through the pooler", async () => {
    expect(await codes({ DATABASE_URL: pooled, DIRECT_URL: pooled })).toEqual(["DIRECT_URL_POOLED"]);
  });

  it("finds nothing where DIRECT_URL reaches the same database past the pooler", async () => {
    expect(await codes({ DATABASE_URL: pooled, DIRECT_URL: bench.owner })).toEqual([]);
  });
});
