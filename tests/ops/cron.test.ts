/** ops/cron.ts as Fly and Render run it, beside a server that stands for the app. */
import { spawn } from "node:child_process";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { childEnvironment } from "~/platform/env.server";
import { parseSchedule } from "../../ops/cron-schedule";
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

describe("ops/cron.ts", () => {
  let app: LocalServer;
  let status = 200;
  /** What becomes of an endpoint's next calls; after them COMPLETE */
  let outcomes: Record<string, string[]> = {};
  const secrets: (string | undefined)[] = [];
  beforeAll(async () => {
    app = await localServer((request, response) => {
      secrets.push(request.headers.authorization);
      response.writeHead(status, { "Content-Type": "application/json", Location: "http://127.0.0.1:1/" });
      const outcome = outcomes[request.url!.replace("/cron/", "")]?.shift() ?? "COMPLETE";
      response.end(JSON.stringify({ runId: "r", outcome, shop: "a.myshopify.com" }));
    });
  });
  afterAll(() => app.close());
  beforeEach(() => {
    status = 200;
    app.requests.length = secrets.length = 0;
    outcomes = {};
  });

  const start = (args: string[], environment: Record<string, string> = {}) => {
    const child = spawn(
      process.execPath,
      ["--import", "./prisma/register-ts-loader.mjs", "ops/cron.ts", ...args],
      {
        env: childEnvironment({ CRON_SECRET: SECRET, SHOPIFY_APP_URL: app.url, ...environment }),
      },
    );
    const told = { text: "" };
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (told.text += String(chunk)));
    const ended = new Promise<{ code: number | null; text: string }>((resolve) =>
      child.once("close", (code) => resolve({ code, text: told.text })),
    );
    return { child, told, ended };
  };
  const run = (args: string[], environment?: Record<string, string>) => start(args, environment).ended;

  it("calls once what it is told, with the secret, and prints the answers", async () => {
    const { code, text } = await run(["retention", "refresh"]);
    expect({ code, requests: app.requests }).toEqual({
      code: 0,
      requests: ["POST /cron/retention", "POST /cron/refresh"],
    });
    expect(secrets).toEqual([`Bearer ${SECRET}`, `Bearer ${SECRET}`]);
    expect(text).toContain('POST /cron/retention 200 {"runId":"r"');
    expect(text).not.toContain(SECRET);
  });

  it("is content with 409 and with nothing else but 200", async () => {
    const codes = [];
    for (status of [409, 401, 503, 302]) codes.push((await run(["inbox"])).code);
    expect(codes).toEqual([0, 1, 1, 1]);
  });

  it("fails with the whole report when something failed or is left, as the command does that works by itself", async () => {
    for (const outcome of ["FAILED", "INCOMPLETE"]) {
      outcomes = { retention: [outcome] };
      const { code, text } = await run(["retention", "inbox"]);
      expect(code, outcome).toBe(1);
      expect(text).toContain(
        `POST /cron/retention 200 {"runId":"r","outcome":"${outcome}","shop":"a.myshopify.com"}`,
      );
      expect(text).toContain("POST /cron/inbox 200 ");
    }
    expect((await run(["retention"])).code).toBe(0);
  });

  it("fails with a sentence when nobody answers", async () => {
    const { code, text } = await run(["inbox", "--url", `http://127.0.0.1:${await freePort()}`]);
    expect({ code, text }).toEqual({ code: 1, text: "POST /cron/inbox got no answer: ECONNREFUSED\n" });
  });

  it("does not begin without secret, address or a job that it knows", async () => {
    const wrong: [string[], Record<string, string>, RegExp][] = [
      [["inbox"], { CRON_SECRET: "" }, /^CRON_SECRET is not set/],
      [["inbox"], { SHOPIFY_APP_URL: "" }, /^There is no address/],
      [[], {}, /^Usage/],
      [["backup"], {}, /^Usage/],
      [["inbox=soon"], {}, /^Usage/],
      [["inbox", "refresh=15m"], {}, /^Usage/],
      [["--every", "inbox"], {}, /^Usage/],
      [["--again", "soon", "inbox=15m"], {}, /^Usage/],
    ];
    const ended = await Promise.all(wrong.map(([args, environment]) => run(args, environment)));
    for (const [i, [args, , sentence]] of wrong.entries()) {
      expect(ended[i]!.code, args.join(" ")).toBe(2);
      expect(ended[i]!.text).toMatch(sentence);
    }
    expect(app.requests).toEqual([]);
  });

  it("tries again what was not done until it is, three times at most, and not what is done", async () => {
    outcomes = { retention: ["FAILED", "INCOMPLETE"], inbox: Array.from({ length: 9 }, () => "FAILED") };
    const { child, told, ended } = start(["retention=10s", "refresh=10s", "inbox=10s", "--again", "1s"]);
    const calls = (endpoint: string) => app.requests.filter((path) => path.endsWith(endpoint)).length;
    const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    while (calls("inbox") < 4) await pause(50);
    // Two more would fit in before the next time comes.
    await pause(2_500);
    const made = { retention: calls("retention"), refresh: calls("refresh"), inbox: calls("inbox") };
    expect(made).toEqual({ retention: 3, refresh: 1, inbox: 4 });
    expect(told.text).toContain('POST /cron/retention 200 {"runId":"r","outcome":"INCOMPLETE"');
    child.kill("SIGTERM");
    expect((await ended).code).toBe(0);
  });

  it("goes on by its schedules, says little, and ends at SIGTERM", async () => {
    const { child, told, ended } = start(["inbox=1s", "retention=23:59"]);
    while (app.requests.length < 3) await new Promise((resolve) => setTimeout(resolve, 50));
    status = 500;
    while (!told.text.includes("500")) await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill("SIGTERM");
    const { code, text } = await ended;
    expect(code).toBe(0);
    expect(text).toMatch(/^POST \/cron\/inbox 200 COMPLETE$/m);
    expect(new Set(app.requests)).toEqual(new Set(["POST /cron/inbox"]));
  });
});
