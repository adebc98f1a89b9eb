import { createHmac, randomUUID } from "node:crypto";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { answers, APP_ENVIRONMENT, startApp, type AppProcess } from "../support/app-process";
import { createTestDatabase, type TestDatabase } from "../support/databases";
import { eventually } from "../support/eventually";

/** What many systems give a process; the app starts with no much lower one, because Node opens all modules at once. */
const DESCRIPTORS = 1_024;

let app: AppProcess;
let database: TestDatabase;
const strangers: Socket[] = [];
beforeAll(async () => {
  database = await createTestDatabase("sqlite");
  app = await startApp({ DATABASE_URL: database.url, INBOX_WORKER: "off" }, { descriptors: DESCRIPTORS });
  await answers(app, "/healthz", 200);
});
afterAll(async () => {
  for (const socket of strangers) socket.destroy();
  await app?.stop("SIGKILL");
  await database?.drop();
});

const HEAD = "Host: x\r\nContent-Length: 500\r\n";

it.each([
  ["send nothing", ""],
  ["send half of a delivery", `POST /webhooks HTTP/1.1\r\n${HEAD}${signed("x")}\r\n{`],
])(
  "deliveries and probes are answered while more clients than there are descriptors %s",
  async (_name, text) => {
    const before = app.output().length;
    let opened = 0;
    for (let i = 0; i < DESCRIPTORS + 100; i++) {
      const socket = connect(Number(new URL(app.url).port), "127.0.0.1", () => opened++);
      socket.on("error", () => undefined);
      if (text) socket.write(text);
      strangers.push(socket);
    }
    await eventually(() => expect(opened).toBe(DESCRIPTORS + 100), 30_000);
    for (let i = 0; i < 3; i++) {
      const body = `{"id":${i}}`;
      const headers = Object.fromEntries(
        signed(body)
          .trim()
          .split("\r\n")
          .map((line) => line.split(": ")),
      ) as Record<string, string>;
      const delivery = await fetch(`${app.url}/webhooks`, {
        ...{ method: "POST", body, headers: { ...headers, Connection: "close" } },
      });
      expect(delivery.status).toBe(200);
      expect((await fetch(`${app.url}/readyz`, { headers: { Connection: "close" } })).status).toBe(200);
    }
    expect(app.output().slice(before)).not.toMatch(/"level":"error"|EMFILE/);
    for (const socket of strangers.splice(0)) socket.destroy();
  },
);

function signed(body: string) {
  const hmac = createHmac("sha256", APP_ENVIRONMENT.SHOPIFY_API_SECRET).update(body).digest("base64");
  return [
    `X-Shopify-Hmac-Sha256: ${hmac}`,
    "X-Shopify-Topic: orders/create",
    "X-Shopify-Shop-Domain: held.myshopify.com",
    `X-Shopify-Webhook-Id: ${randomUUID()}`,
    "",
  ].join("\r\n");
}
