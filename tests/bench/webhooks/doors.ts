/** The contenders at the door, each a process of its own, and the shops that they hear from. */
import { spawn } from "node:child_process";
import { existsSync, openSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import { childEnvironment } from "~/platform/env.server";
import { sealTokens } from "~/platform/shopify/session-storage.server";
import { APP_ENVIRONMENT } from "../../support/app-process";
import freePort from "../../support/free-port";
import { TEST_KEYS } from "../../support/tenant-rows";
import { shopDomain, SHOPS } from "../../support/webhook-requests";

export type Door = { name: string; url: string; pid: number; stop: () => Promise<void> };
export type DoorName = "peer" | "bare, single" | "bare, grouped" | "ours";

const TYPESCRIPT = ["--import", "./prisma/register-ts-loader.mjs"];
const COMMANDS: Record<DoorName, string[]> = {
  peer: [...TYPESCRIPT, "tests/bench/webhooks/peer-door.ts"],
  "bare, single": [...TYPESCRIPT, "tests/bench/webhooks/bare-door.ts", "single"],
  "bare, grouped": [...TYPESCRIPT, "tests/bench/webhooks/bare-door.ts", "grouped"],
  // The build, as `npm start` runs it
  ours: ["build/index.js"],
};

/** Starts a door with what it would have in production, its log in a file, and waits until it answers. */
export async function startDoor(
  name: DoorName,
  databaseUrl: string,
  environment: Record<string, string> = {},
): Promise<Door> {
  if (name === "ours" && !existsSync("build/index.js"))
    throw new Error("There is no build. Run: npm run build");
  const port = await freePort();
  const logFile = join(tmpdir(), `backroom-bench-${process.pid}-${port}.log`);
  const log = openSync(logFile, "w");
  const child = spawn(process.execPath, COMMANDS[name], {
    env: childEnvironment({
      ...APP_ENVIRONMENT,
      ...{ NODE_ENV: "production", PORT: String(port), DATABASE_URL: databaseUrl, DIRECT_URL: "" },
      ...environment,
    }),
    stdio: ["ignore", log, log],
  });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const door = {
    ...{ name, url: `http://127.0.0.1:${port}`, pid: child.pid! },
    stop: async () => {
      child.kill("SIGTERM");
      await Promise.race([ended, sleep(25_000, undefined, { ref: false })]);
      kill();
      process.off("exit", kill);
    },
  };
  for (let i = 0; i < 400 && child.exitCode === null; i++) {
    if (await fetch(door.url).catch(() => undefined)) return door;
    await sleep(50);
  }
  throw new Error(
    `The door "${name}" did not open. It printed:\n${readFileSync(logFile, "utf8").slice(-4_000)}`,
  );
}

/** Every shop installed, with a session that is good for another hour: what the peer asks for at each delivery. */
export async function installShops(databaseUrl: string) {
  const db = await connectDatabase(databaseUrl);
  for (let n = 0; n < SHOPS; n++) await installShop(db, shopDomain(n));
  await db.$disconnect();
}

async function installShop(db: Db, shop: string) {
  const id = `offline_${shop}`;
  const tokens = await sealTokens(TEST_KEYS, {
    id,
    shop,
    accessToken: `access of ${shop}`,
    refreshToken: `refresh of ${shop}`,
  });
  const hour = 60 * 60 * 1000;
  await db.session.create({
    data: {
      ...{ id, shop, state: "", scope: APP_ENVIRONMENT.SCOPES, ...tokens },
      ...{ expires: new Date(Date.now() + 2 * hour), refreshTokenExpires: new Date(Date.now() + 720 * hour) },
    },
  });
  await db.store.create({
    data: { shopDomain: shop, name: shop, currency: "USD", ianaTimezone: "UTC", onboardingFlags: {} },
  });
}
