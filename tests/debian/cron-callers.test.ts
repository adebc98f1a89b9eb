/** The curl of the runbook and of ops/systemd, as they are written there, beside a server that stands for the app. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { childEnvironment } from "~/platform/env.server";
import { localServer, type LocalServer } from "../support/local-server";

const SECRET = "0123456789abcdef-of-the-cron";
let app: LocalServer;
let status = 200;
const received: (string | undefined)[] = [];
beforeAll(async () => {
  app = await localServer((request, response) => {
    received.push(request.headers.authorization);
    response.writeHead(status).end(`{"runId":"r"}`);
  });
});
afterAll(() => app.close());
beforeEach(() => {
  status = 200;
  app.requests.length = received.length = 0;
});

function shell(command: string) {
  const child = spawn("sh", ["-c", command], {
    env: childEnvironment({ CRON_SECRET: SECRET, SHOPIFY_APP_URL: app.url }),
  });
  let out = "";
  child.stdout.on("data", (chunk: Buffer) => (out += String(chunk)));
  return new Promise<{ code: number | null; out: string }>((resolve) =>
    child.once("close", (code) => resolve({ code, out })),
  );
}

it("the runbook's line sends the secret and shows the answer", async () => {
  const [line] = /^ {4}printf .*\/cron\/\w+$/m.exec(readFileSync("ops/RUNBOOK.md", "utf8"))!;
  const { code, out } = await shell(line.replace("https://backroom.example.com", app.url));
  expect({ code, out, requests: app.requests, received }).toEqual({
    ...{ code: 0, out: `{"runId":"r"}`, requests: ["POST /cron/retention"], received: [`Bearer ${SECRET}`] },
  });
});

it("the service's line reads the secret from its file, shows the answer, and fails with what is not 200", async () => {
  const service = readFileSync("ops/systemd/backroom-cron@.service", "utf8");
  const credentials = mkdtempSync(join(tmpdir(), "backroom-credentials-"));
  writeFileSync(join(credentials, "header"), `Authorization: Bearer ${SECRET}\n`);
  const command = /^ExecStart=(.+)$/m
    .exec(service)![1]!
    .replaceAll("%d", credentials)
    .replaceAll("%i", "inbox");
  expect(await shell(command)).toEqual({ code: 0, out: `{"runId":"r"}` });
  expect(received).toEqual([`Bearer ${SECRET}`]);
  status = 409;
  expect(await shell(command)).toEqual({ code: 22, out: `{"runId":"r"}` });
  rmSync(credentials, { recursive: true });
});
