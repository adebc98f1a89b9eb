import { createServer, connect } from "node:net";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { connectDatabase } from "~/platform/db/client.server";
import { createTestDatabase, ENGINES, type TestDatabase } from "../support/databases";
import { answers, APP_ENVIRONMENT, startApp, type AppProcess } from "../support/app-process";
import { layCable } from "../support/cable";
import { eventually } from "../support/eventually";
import freePort from "../support/free-port";
import { databaseUrl } from "../support/postgres";

/** Far more than the second that the app takes on an idle machine, and far less than a TCP timeout. */
const SOON_MS = 10_000;

const running: AppProcess[] = [];
const databases: TestDatabase[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((app) => app.stop("SIGKILL")));
  await Promise.all(databases.splice(0).map((database) => database.drop()));
});

async function start(environment: Record<string, string | undefined>) {
  const app = await startApp(environment);
  running.push(app);
  return app;
}

async function database(engine: "sqlite" | "postgres") {
  const created = await createTestDatabase(engine);
  databases.push(created);
  return created.url;
}

// One build, by DATABASE_URL alone
describe.each(ENGINES)("the app as a process on %s", (engine) => {
  let app: AppProcess;
  let own: TestDatabase;
  beforeAll(async () => {
    own = await createTestDatabase(engine);
    await change(`INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name", "applied_steps_count")
      VALUES ('later', '', '20990101000000_index_everything', 0)`);
    app = await startApp({ DATABASE_URL: own.url, LOG_LEVEL: "info", INBOX_WORKER: "off" });
    await answers(app, "/healthz", 200);
  });
  afterAll(async () => {
    await app?.stop("SIGKILL");
    await own?.drop();
  });
  const change = async (statement: string) => {
    const db = await connectDatabase(own.url);
    await db.$executeRawUnsafe(statement);
    await db.$disconnect();
  };
  /** What it has logged of the request with this id, once it has. */
  const logged = async (requestId: string) => {
    const lines = () =>
      app
        .output()
        .split("\n")
        .filter((line) => line.includes(requestId));
    await expect.poll(lines).toHaveLength(1);
    return JSON.parse(lines()[0]!) as Record<string, unknown>;
  };
  const get = (path: string, requestId: string, init: RequestInit = {}) =>
    fetch(app.url + path, { ...init, headers: { "X-Request-Id": requestId } });

  it("starts and answers /readyz with 200 while a later build's migration is unfinished", async () => {
    expect(await (await answers(app, "/readyz", 200)).json()).toMatchObject({
      ready: true,
      database: "ahead",
      message: expect.stringContaining("20990101000000_index_everything") as string,
    });
  });

  it("answers /readyz and /healthz with 200", async () => {
    await change(`DELETE FROM "_prisma_migrations" WHERE "id" = 'later'`);
    expect(await (await answers(app, "/readyz", 200)).json()).toEqual({ ready: true, database: "current" });
    const health = await answers(app, "/healthz", 200);
    expect(health.headers.get("cache-control")).toBe("no-store");
    expect(health.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("writes one JSON line per request, with its id and without its query", async () => {
    await get("/healthz?id_token=eyJhbGciOi.eyJpc3MiOi.c2ln&shop=a.myshopify.com", "probe-7");
    expect(await logged("probe-7")).toMatchObject({
      ...{ level: "info", app: "backroom", method: "GET", path: "/healthz", status: 200 },
    });
    expect(app.output()).not.toContain("eyJ");
  });

  it("logs a scanner's 404 as a request, without an error or a warning", async () => {
    const before = app.output().length;
    expect((await get("/wp-login.php", "scanner-1")).status).toBe(404);
    expect((await get("/healthz", "scanner-2", { method: "POST" })).status).toBe(405);
    for (const id of ["scanner-1", "scanner-2"]) expect(await logged(id)).toMatchObject({ level: "info" });
    expect(app.output().slice(before)).not.toMatch(/"level":"(error|warn)"/);
  });

  it("answers a malformed address with 400 and logs no stack", async () => {
    const port = Number(new URL(app.url).port);
    // Not by fetch, which would mend the address.
    const ask = (path: string, host = "desk") =>
      rawRequest(port, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    for (const path of ["/%ff", "/app/orders/%00", "/app/orders?q=%00", "/%E0%A4%A", "/app?x=%zz"]) {
      const answer = await ask(path);
      expect(answer, path).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).toContain("This address is malformed.");
      expect(answer).toMatch(/x-request-id: /i);
    }
    expect(await ask("/", "not a host")).toMatch(/^HTTP\/1\.1 400 /);
    expect(await ask("/healthz")).toMatch(/^HTTP\/1\.1 200 /);
    expect(app.output()).not.toMatch(/\n\s+at /);
  });

  describe("for a stranger's request", () => {
    const raw = (method: string, path: string, headers: string[] = []) =>
      rawRequest(
        Number(new URL(app.url).port),
        [`${method} ${path} HTTP/1.1`, "Connection: close", "Content-Length: 0", ...headers, "", ""].join(
          "\r\n",
        ),
      );
    const HOST = "Host: desk.backroom.test";

    it.each<[string, number, string, string, string[]]>([
      [
        "a forwarded host with a path",
        400,
        "POST",
        "/healthz",
        [HOST, "X-Forwarded-Host: x/cron/retention?dryRun=1#"],
      ],
      ["a host with a path", 400, "POST", "/healthz", ["Host: x/cron/retention?dryRun=1#"]],
      ["a host with a user", 400, "GET", "/healthz", ["Host: a@b"]],
      ["a host with a word for its port", 400, "GET", "/healthz", ["Host: a:b"]],
      ["an empty host", 400, "GET", "/healthz", ["Host:"]],
      ["a whole address", 400, "GET", "http://evil.example/healthz", [HOST]],
      ["no path", 400, "OPTIONS", "*", [HOST]],
      ["TRACE", 405, "TRACE", "/healthz", [HOST]],
      ["a DELETE of another site", 403, "DELETE", "/app", [HOST, "Origin: https://evil.example"]],
      ["a form of another site", 403, "POST", "/app", [HOST, "Origin: https://evil.example"]],
      ["a form of nowhere", 403, "POST", "/app", [HOST, "Origin: null"]],
      ["an origin that is none", 403, "POST", "/app", [HOST, "Origin: http://"]],
      ["another host's name", 200, "GET", "/healthz", ["Host: 10.0.0.7:3000"]],
      ["an IPv6 host", 200, "GET", "/healthz", ["Host: [::1]:3000"]],
      ["a protocol that is none", 200, "GET", "/healthz", [HOST, "X-Forwarded-Proto: b a d"]],
      ["a chain of proxies", 200, "GET", "/healthz", [HOST, "X-Forwarded-Host: a.example, b.example"]],
    ])("with %s answers %i", async (_name, status, method, path, headers) => {
      const before = app.output().length;
      const answer = await raw(method, path, headers);
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(app.output().slice(before)).not.toMatch(/"level":"error"|\n\s+at /);
    });

    it.each([
      ["/app/orders", "Content-Length: 1000000000"],
      ["/cron/retention", "Content-Length: 1000000000"],
      ["/no/such/page", "Content-Length: 1000000000"],
      ["/auth/login", "Transfer-Encoding: chunked"],
      ["/healthz", "Transfer-Encoding: chunked"],
    ])("to %s with %s and a body without end answers 413", async (path, length) => {
      const before = app.output().length;
      const chunk = Buffer.concat([
        Buffer.from("40000\r\n"),
        Buffer.alloc(0x40000, 120),
        Buffer.from("\r\n"),
      ]);
      const socket = connect(Number(new URL(app.url).port), "127.0.0.1");
      let received = "";
      socket.setEncoding("utf8").on("data", (text) => (received += String(text)));
      const closed = new Promise((resolve) => socket.on("error", () => undefined).on("close", resolve));
      socket.write(`POST ${path} HTTP/1.1\r\n${HOST}\r\n${length}\r\n\r\n`);
      const push = () => {
        while (!socket.destroyed && socket.write(chunk));
      };
      socket.on("drain", push);
      push();
      await closed;
      // The rest may be lost to a client that writes on and is cut off.
      expect(received).toMatch(/^HTTP\/1\.1 413 /);
      expect(app.output().slice(before)).not.toMatch(/"level":"error"|\n\s+at /);
    });

    it("with a body that is cut off leaves no error behind, and the next one is answered", async () => {
      const before = app.output().length;
      const socket = connect(Number(new URL(app.url).port), "127.0.0.1");
      socket.end(`POST /app/orders HTTP/1.1\r\n${HOST}\r\nContent-Length: 9\r\n\r\nhalf`);
      await new Promise((resolve) => socket.resume().on("error", resolve).on("close", resolve));
      expect((await get("/healthz", "after-the-half")).status).toBe(200);
      expect(app.output().slice(before)).not.toMatch(/"level":"error"|\n\s+at /);
    });

    it("makes its own addresses of SHOPIFY_APP_URL, whatever host it names", async () => {
      const answer = await raw("GET", "/auth/login", [
        "Host: evil.example",
        "X-Forwarded-Host: evil.example",
      ]);
      expect(answer).toMatch(/^HTTP\/1\.1 302 /);
      expect(answer).not.toContain("evil.example");
    });

    it("logs 200 characters of its path, and no time is lost on it", async () => {
      const path = `/${'"://a:'.replace('"', "").repeat(2_000)}`;
      await get(path, "long-path");
      const line = await logged("long-path");
      expect(line.path).toBe(path.slice(0, 200));
    });
  });

  it("replaces a request id that could forge a line of the log", async () => {
    const response = await get("/healthz", 'x","level":"fatal');
    expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("answers /metrics with 503 while no token is configured", async () => {
    expect((await get("/metrics", "metrics-1")).status).toBe(503);
  });

  it("answers /readyz with 503 while a migration of this build is unfinished", async () => {
    await change(
      `UPDATE "_prisma_migrations" SET "finished_at" = NULL WHERE "migration_name" LIKE '%_init' OR "migration_name" LIKE '%_add_inbox_leases'`,
    );
    expect(await (await answers(app, "/readyz", 503)).json()).toMatchObject({
      ready: false,
      database: "failed",
      message: expect.stringMatching(/ is running, or it stopped half-way\./) as string,
    });
  });

  it("exits with 0 at SIGTERM", async () => {
    expect(await app.stop()).toBe(0);
    expect(app.output()).toContain('"msg":"stopped"');
  });
});

describe("a start with a wrong configuration", () => {
  const failed = async (environment: Record<string, string | undefined>) => {
    const app = await start(environment);
    const code = await app.exit;
    expect(app.output()).not.toMatch(/\n\s+at /);
    return { code, lines: app.output().trim().split("\n") };
  };

  it("prints every configuration problem on one line and exits with 1", async () => {
    const { code, lines } = await failed({
      DATABASE_URL: "mysql://root@localhost/shop",
      SHOPIFY_API_KEY: "",
      CRON_SECRET: "short",
    });
    expect(code).toBe(1);
    expect(lines.map((line) => line.split(" ")[0]).sort()).toEqual([
      "CRON_SECRET",
      "DATABASE_URL",
      "SHOPIFY_API_KEY",
    ]);
  });

  it("refuses the placeholders of .env.example in production", async () => {
    const { code, lines } = await failed({
      NODE_ENV: "production",
      DATABASE_URL: "file:./x.sqlite",
      SHOPIFY_API_SECRET: "replace-me",
    });
    expect({ code, lines }).toEqual({ code: 1, lines: [expect.stringMatching(/^SHOPIFY_API_SECRET /)] });
  });

  it("exits with 1 and one sentence when the database does not answer", async () => {
    const port = await freePort();
    const { code, lines } = await failed({
      DATABASE_URL: `postgresql://desk:hunter2@127.0.0.1:${port}/backroom`,
    });
    expect({ code, lines }).toEqual({ code: 1, lines: [expect.stringContaining(`127.0.0.1:${port}`)] });
  });

  it("exits with 1 and names PORT when the port is taken", async () => {
    const server = createServer().listen(0);
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    const { code, lines } = await failed({ DATABASE_URL: await database("sqlite"), PORT: String(port) });
    server.close();
    expect(code).toBe(1);
    expect(lines.at(-1)).toBe(`Port ${port} is in use. Stop what listens there, or set PORT to a free one.`);
  });
});

describe("GET /readyz", () => {
  it("is 503 while migrations are pending, and names the command that applies them", async () => {
    const app = await start({ DATABASE_URL: databaseUrl(inject("postgresUrl"), "postgres") });
    expect(await (await answers(app, "/readyz", 503)).json()).toMatchObject({
      ready: false,
      database: "pending",
      message: expect.stringContaining("npm run prisma:migrate") as string,
    });
    await answers(app, "/healthz", 200);
  });

  it("becomes 503 when the database is lost, and 200 by itself when it is back", async () => {
    const cable = await layCable(await database("postgres"));
    const app = await start({ DATABASE_URL: cable.url });
    await answers(app, "/readyz", 200);

    await cable.cut();
    const down = await answers(app, "/readyz", 503, SOON_MS);
    const { message, ...state } = (await down.json()) as { message: string };
    expect(state).toEqual({ ready: false, database: "unavailable" });
    expect(message).not.toContain(new URL(cable.url).host);
    await answers(app, "/healthz", 200);

    await cable.mend();
    await answers(app, "/readyz", 200, SOON_MS);
    await cable.cut();
  });

  it("is 503 in time while every connection is in use, and the log names the variable to change", async () => {
    const url = await database("postgres");
    const app = await start({
      ...{ DATABASE_URL: url, PRISMA_CLIENT_MAX_CONNECTIONS: "2", INBOX_WORKER: "off" },
      CRON_SECRET: APP_ENVIRONMENT.CRON_SECRET,
    });
    await answers(app, "/readyz", 200);
    const somebody = new pg.Client({ connectionString: url });
    await somebody.connect();
    await somebody.query(`BEGIN; LOCK TABLE "_prisma_migrations", "JobLease"`);
    // Two that wait for the lock have them both.
    const cron = (signal?: AbortSignal) =>
      fetch(`${app.url}/cron/inbox`, {
        signal,
        method: "POST",
        headers: { Authorization: `Bearer ${APP_ENVIRONMENT.CRON_SECRET}` },
      });
    const waiting = [cron(), cron()];
    await eventually(async () => {
      const { rowCount } = await somebody.query(
        `SELECT 1 FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      expect(rowCount).toBe(2);
    });
    const signal = AbortSignal.timeout(SOON_MS);
    expect((await fetch(`${app.url}/readyz`, { signal })).status).toBe(503);
    expect((await cron(signal)).status).toBe(503);
    expect(app.output()).toContain("PRISMA_CLIENT_MAX_CONNECTIONS");

    await somebody.end();
    await answers(app, "/readyz", 200, SOON_MS);
    expect((await Promise.all(waiting)).map(({ status }) => status).sort()).toEqual([200, 409]);
  });
});

/** Sends bytes and gives back what came until the connection closed. */
function rawRequest(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    socket.setEncoding("utf8").on("data", (text) => (received += String(text)));
    socket.on("close", () => resolve(received)).on("error", reject);
  });
}
