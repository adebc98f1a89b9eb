/** ops/cron.ts as Fly and Render run it, beside a server that stands for the app. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Source } from "~/platform/env.server";
import { main } from "../../ops/cron";
import { parseSchedule, repeat, type Timer } from "../../ops/cron-schedule";
import { runMain, startMain } from "../support/commands";
import freePort from "../support/free-port";
import { localServer, type LocalServer } from "../support/local-server";

const SECRET = "0123456789abcdef-of-the-cron";

describe("a schedule", () => {
  const at = (text: string) => Date.parse(`2026-11-16T${text}Z`);
  const after = (schedule: string, text: string) =>
    new Date(parseSchedule(schedule)!(at(text))).toISOString();

  it("every so often counts from the clock and not from the start", () => {
    expect(after("15m", "15:00:00.001")).toBe("2026-11-16T15:15:00.000Z");
    expect(after("15m", "15:14:59.999")).toBe("2026-11-16T15:15:00.000Z");
    expect(after("15m", "15:15:00.000")).toBe("2026-11-16T15:30:00.000Z");
    expect(after("1h", "23:59:59.999")).toBe("2026-11-17T00:00:00.000Z");
  });

  it("once a day is at its minute, today or tomorrow", () => {
    expect(after("03:30", "03:29:59.999")).toBe("2026-11-16T03:30:00.000Z");
    expect(after("03:30", "03:30:00.000")).toBe("2026-11-17T03:30:00.000Z");
    expect(after("00:00", "00:00:00.000")).toBe("2026-11-17T00:00:00.000Z");
  });

  it("is none of these", () => {
    for (const text of ["", "15", "0m", "m", "15d", "-5m", "24:00", "3:30", "03:60", "03:30 ", "99999m"])
      expect(parseSchedule(text), text).toBeNull();
  });
});

describe("a job that is repeated", () => {
  const START = Date.parse("2026-11-16T15:00:00Z");
  const SECOND = 1_000;

  /** Calls from 15:00 on by a clock that does not wait; the outcomes are those of the first calls, then it is done. */
  async function callsOf(
    schedule: string,
    outcomes: boolean[],
    { againMs = SECOND, lasts = 0, until = 60 } = {},
  ) {
    let time = START;
    const stop = new AbortController();
    const waits: number[] = [];
    const timer: Timer = {
      now: () => time,
      wait: async (ms) => {
        waits.push(ms);
        time += ms;
        if (time > START + until * SECOND) stop.abort();
      },
    };
    const calledAt: number[] = [];
    const call = async () => {
      calledAt.push((time - START) / SECOND);
      time += lasts * SECOND;
      return outcomes.shift() ?? true;
    };
    await repeat(parseSchedule(schedule)!, call, { againMs, stop: stop.signal, timer });
    return { calledAt, waits };
  }

  it("is called once each time when it is done", async () => {
    expect((await callsOf("15s", [])).calledAt).toEqual([15, 30, 45, 60]);
  });

  it("is called again after a while until it is done, three times at most", async () => {
    expect((await callsOf("20s", [false, false, true])).calledAt).toEqual([20, 21, 22, 40, 60]);
    const never = Array<boolean>(99).fill(false);
    expect((await callsOf("20s", never)).calledAt).toEqual([20, 21, 22, 23, 40, 41, 42, 43, 60]);
  });

  it("is not called again where its next time comes first, and from then on may be tried three times anew", async () => {
    const never = Array<boolean>(99).fill(false);
    expect((await callsOf("10s", never, { againMs: 20 * SECOND, until: 30 })).calledAt).toEqual([10, 20, 30]);
  });

  it("is not called for the times that passed during a call", async () => {
    expect((await callsOf("10s", [], { lasts: 25 })).calledAt).toEqual([10, 40]);
  });

  it("looks at the clock every half minute, as a machine may have slept", async () => {
    const { calledAt, waits } = await callsOf("1h", [], { until: 7_200 });
    expect(calledAt).toEqual([3_600, 7_200]);
    expect(Math.max(...waits)).toBe(30 * SECOND);
  });
});

describe("ops/cron.ts", () => {
  let app: LocalServer;
  let status = 200;
  /** What becomes of an endpoint's next calls; after them COMPLETE */
  let outcomes: Record<string, string[]> = {};
  const secrets: (string | undefined)[] = [];
  let at: { path: string; ms: number }[] = [];
  beforeAll(async () => {
    app = await localServer((request, response) => {
      secrets.push(request.headers.authorization);
      at.push({ path: `${request.method} ${request.url}`, ms: performance.now() });
      response.writeHead(status, { "Content-Type": "application/json", Location: "http://127.0.0.1:1/" });
      const outcome = outcomes[request.url!.replace("/cron/", "")]?.shift() ?? "COMPLETE";
      response.end(JSON.stringify({ runId: "r", outcome, shop: "a.myshopify.com" }));
    });
  });
  afterAll(() => app.close());
  beforeEach(() => {
    status = 200;
    app.requests.length = secrets.length = 0;
    at = [];
    outcomes = {};
  });

  const environment = (changes: Source = {}) => ({
    ...{ CRON_SECRET: SECRET, SHOPIFY_APP_URL: app.url },
    ...changes,
  });
  const run = (args: string[], changes?: Source) => runMain(main, args, environment(changes));

  it("calls once what it is told, with the secret, and prints the answers", async () => {
    const { code, out, error } = await run(["retention", "refresh"]);
    expect({ code, requests: app.requests }).toEqual({
      code: 0,
      requests: ["POST /cron/retention", "POST /cron/refresh"],
    });
    expect(secrets).toEqual([`Bearer ${SECRET}`, `Bearer ${SECRET}`]);
    expect(out).toContain('POST /cron/retention 200 {"runId":"r"');
    expect(out + error).not.toContain(SECRET);
  });

  it("is content with 409 and with nothing else but 200", async () => {
    const codes = [];
    for (status of [409, 401, 503, 302]) codes.push((await run(["inbox"])).code);
    expect(codes).toEqual([0, 1, 1, 1]);
  });

  it("fails with the whole report when something failed or is left, as the command does that works by itself", async () => {
    for (const outcome of ["FAILED", "INCOMPLETE"]) {
      outcomes = { retention: [outcome] };
      const { code, out } = await run(["retention", "inbox"]);
      expect(code, outcome).toBe(1);
      expect(out).toContain(
        `POST /cron/retention 200 {"runId":"r","outcome":"${outcome}","shop":"a.myshopify.com"}`,
      );
      expect(out).toContain("POST /cron/inbox 200 ");
    }
    expect((await run(["retention"])).code).toBe(0);
  });

  it("fails when nothing answers", async () => {
    const ended = await run(["inbox", "--url", `http://127.0.0.1:${await freePort()}`]);
    expect(ended).toEqual({
      ...{ code: 1, out: "" },
      error: expect.stringMatching(/^POST \/cron\/inbox .* ECONNREFUSED\n$/) as string,
    });
  });

  it.each<[string, string[], Source, RegExp]>([
    ["no secret", ["inbox"], { CRON_SECRET: "" }, /^CRON_SECRET /],
    ["no address", ["inbox"], { SHOPIFY_APP_URL: "" }, /^SHOPIFY_APP_URL /],
    ["an address that is none", ["inbox", "--url", "nowhere"], {}, /--url/],
    ["no job", [], {}, /--help/],
    ["a job that it does not know", ["backup"], {}, /"backup"/],
    ["a time that is none", ["inbox=soon"], {}, /"inbox=soon"/],
    ["two times for a job", ["inbox=1m=2m"], {}, /"inbox=1m=2m"/],
    ["a time for one of two jobs", ["inbox", "refresh=15m"], {}, /--help/],
    ["an option that it does not know", ["--every", "inbox"], {}, /^--every /],
    ["no time after which to try again", ["--again", "soon", "inbox=15m"], {}, /^--again /],
  ])("does not begin, and answers 2, when it is given %s", async (_, args, changes, named) => {
    const { code, out, error } = await run(args, changes);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(error).toMatch(named);
    expect(error.trimEnd()).not.toContain("\n");
    expect(app.requests).toEqual([]);
  });

  it("ends with 130 when a signal comes during a single call", async () => {
    const silent = await localServer(() => calling.stop());
    const calling = startMain(main, ["inbox", "refresh", "--url", silent.url], environment());
    expect((await calling.ended).code).toBe(130);
    expect(silent.requests).toEqual(["POST /cron/inbox"]);
    await silent.close();
  });

  it("goes on by its schedules, tries again what was not done, says little, and ends with 0 at a signal", async () => {
    outcomes = { refresh: ["FAILED"] };
    const calls = (endpoint: string) => app.requests.filter((path) => path.endsWith(endpoint)).length;
    const jobs = ["inbox=1s", "refresh=4s", "retention=23:59", "--again", "1s"];
    const running = startMain(main, jobs, environment(), () => {
      if (calls("refresh") === 2 && calls("inbox") > 1) running.stop();
    });
    const { code, out } = await running.ended;
    expect(code).toBe(0);
    expect(new Set(app.requests)).toEqual(new Set(["POST /cron/inbox", "POST /cron/refresh"]));
    expect(out).toMatch(/^POST \/cron\/inbox 200 COMPLETE$/m);
    // The whole report of what was not done, and a second later that it is
    expect(out).toMatch(/^POST \/cron\/refresh 200 \{.*"outcome":"FAILED".*\}$/m);
    expect(out).toMatch(/^POST \/cron\/refresh 200 COMPLETE$/m);
    const refreshed = at.filter(({ path }) => path === "POST /cron/refresh").map(({ ms }) => ms);
    expect(refreshed[1]! - refreshed[0]!).toBeLessThan(3_900);
  });

  it("prints what a server of another kind answers, and goes on", async () => {
    status = 500;
    const running = startMain(
      main,
      ["inbox=1s"],
      environment(),
      () => app.requests.length > 1 && running.stop(),
    );
    const { code, out } = await running.ended;
    expect(code).toBe(0);
    expect(out).toMatch(/^(POST \/cron\/inbox 500 .+\n){2}$/);
  });
});
