/** No request of a stranger, and none of a merchant's browser, makes a 5xx or a line of level error. */
import { readdirSync } from "node:fs";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { localKeyProvider, parseKeyring, type Keyring } from "~/platform/crypto/keyring.server";
import { connectDatabase } from "~/platform/db/client.server";
import { mintSessionToken } from "../../dev/local-admin/session-token";
import { API_KEY, API_SECRET, startDemo, type Demo } from "../e2e/support/demo";
import { seedDemo } from "../../prisma/seed/run";
import { ENCRYPTION_KEY } from "../support/demo-key";
import { APP_ENVIRONMENT } from "../support/app-process";
import {
  strangeDelivery,
  strangeRequest,
  type Known,
  type StrangeRequest,
} from "../support/strange-requests";
import { seeded, STRANGE_TIMES } from "../support/strange-values";

const REQUESTS = 300 * STRANGE_TIMES;
const DELIVERIES = 60 * STRANGE_TIMES;
const AT_ONCE = 8;

describe.each(["sqlite", "postgres"] as const)("the running app on %s", (engine) => {
  let demo: Demo;
  let known: Known;
  beforeAll(async () => {
    demo = await startDemo({ engine, seeded: false });
    await seed();
    known = await whatIsThere();
  });
  afterAll(() => demo?.stop());

  it("answers strange requests with less than 500", async () => {
    const random = seeded(engine === "sqlite" ? 15 : 16);
    await sendAll(REQUESTS, () => strangeRequest(random, known));
  });

  it("answers strange deliveries with Shopify's signature with less than 500", async () => {
    const random = seeded(engine === "sqlite" ? 17 : 18);
    await sendAll(DELIVERIES, (n) => strangeDelivery(random, known, n));
  });

  async function sendAll(count: number, next: (n: number) => StrangeRequest) {
    const before = demo.log().length;
    const bad: string[] = [];
    for (let n = 0; n < count; n += AT_ONCE) {
      // A session token is good for a minute.
      known.token = await token();
      const requests = Array.from({ length: AT_ONCE }, (_, i) => next(n + i));
      const answers = await Promise.all(requests.map(({ bytes }) => exchange(bytes)));
      answers.forEach((answer, i) => {
        const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
        // METRICS_TOKEN is not set here.
        if (status === 503 && / \/metrics/.test(requests[i]!.about)) return;
        if (status >= 500 || (status === 0 && answer !== ""))
          bad.push(`${answer.slice(0, 200)} for ${requests[i]!.about}`);
      });
    }
    expect((await fetch(`${demo.appOrigin}/readyz`)).status).toBe(200);
    const lines = demo.log().slice(before).split("\n");
    expect(bad).toEqual([]);
    expect(lines.filter((line) => /"level":"(error|fatal)"|^\s+at /.test(line))).toEqual([]);
  }

  function exchange(bytes: Buffer): Promise<string> {
    return new Promise((resolve) => {
      let received = "";
      const socket = connect(Number(new URL(demo.appOrigin).port), "127.0.0.1", () => socket.write(bytes));
      socket.setEncoding("latin1").on("data", (text) => (received += String(text)));
      socket.setTimeout(500, () => socket.destroy());
      socket.on("error", () => undefined).on("close", () => resolve(received));
    });
  }

  const token = () => mintSessionToken({ apiKey: API_KEY, apiSecret: API_SECRET, shop: demo.shop });

  async function seed() {
    const db = await connectDatabase(demo.databaseUrl);
    await seedDemo(db, { keys: localKeyProvider(parseKeyring(ENCRYPTION_KEY) as Keyring) });
    await db.$disconnect();
  }

  async function whatIsThere(): Promise<Known> {
    const db = await connectDatabase(demo.databaseUrl);
    const flag = await db.orderFlag.findFirstOrThrow();
    const event = await db.webhookEvent.findFirstOrThrow();
    const request = await db.complianceRequest.findFirst();
    await db.$disconnect();
    const ids = [flag.id, event.id, request?.id ?? "x", "GA4", "ga4", "GSC", "MCP", "BING", "MAIL"];
    const routes = readdirSync("app/routes").map((file) => file.replace(/\.tsx?$/, ""));
    const paths = routes.flatMap((route) => {
      const path = `/${route
        .replaceAll("_.", "/")
        .replaceAll(".", "/")
        .replace(/\/?_index$/, "")
        .replaceAll("_/", "/")}`;
      return /\$/.test(path) ? ids.map((id) => path.replace(/\$\w*/, id)) : [path, path];
    });
    const files = readdirSync("public/build").map((file) => `/build/${file}`);
    return {
      ...{
        paths,
        files: ["/favicon.svg", ...files],
        routes: ["root", ...routes.map((route) => `routes/${route}`)],
      },
      ...{ token: await token(), shop: demo.shop, host: new URL(demo.appOrigin).host },
      ...{ cronSecret: APP_ENVIRONMENT.CRON_SECRET, webhookSecret: API_SECRET },
    };
  }
});
