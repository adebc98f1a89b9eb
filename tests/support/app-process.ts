import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { childEnvironment } from "~/platform/env.server";
import freePort from "./free-port";

export type AppProcess = {
  url: string;
  process: ChildProcess;
  /** Everything that it printed so far */
  output: () => string;
  exit: Promise<number | null>;
  stop: (signal?: NodeJS.Signals) => Promise<number | null>;
};

/** A good configuration for the app as a process of its own; tests spoil one name at a time. */
export const APP_ENVIRONMENT = {
  NODE_ENV: "test",
  SHOPIFY_API_KEY: "0123456789abcdef0123456789abcdef",
  SHOPIFY_API_SECRET: "test-client-secret-of-the-app",
  SHOPIFY_APP_URL: "https://desk.backroom.test",
  SCOPES: "read_orders,read_products",
  ENCRYPTION_KEY: `test:${Buffer.alloc(32, 1).toString("base64")}`,
  CRON_SECRET: "0123456789abcdef0123456789abcdef",
  LOG_LEVEL: "info",
};

/** Starts the build (`npm run build` first) and waits for nothing: see `answers`. `descriptors` is its ulimit -n. */
export async function startApp(
  environment: Record<string, string | undefined>,
  { descriptors }: { descriptors?: number } = {},
): Promise<AppProcess> {
  if (!existsSync("build/index.js")) throw new Error("There is no build. Run: npm run build");
  const port = environment.PORT ?? String(await freePort());
  const limit = descriptors ? ["sh", "-c", `ulimit -n ${descriptors} && exec "$0" "$@"`] : [];
  const [command, ...args] = [...limit, process.execPath, "build/index.js"];
  const child = spawn(command, args, {
    env: childEnvironment({ ...APP_ENVIRONMENT, PORT: port, ...environment }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  child.stdout.on("data", (chunk) => (printed += String(chunk)));
  child.stderr.on("data", (chunk) => (printed += String(chunk)));
  const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const stop = (signal: NodeJS.Signals = "SIGTERM") => {
    child.kill(signal);
    return exit;
  };
  return { url: `http://127.0.0.1:${port}`, process: child, output: () => printed, exit, stop };
}

/** Waits until `path` answers with `status`; fails with what the process printed. */
export async function answers(
  app: AppProcess,
  path: string,
  status: number,
  withinMs = 20_000,
): Promise<Response> {
  const deadline = Date.now() + withinMs;
  let last = "nothing";
  while (Date.now() < deadline && app.process.exitCode === null) {
    const response = await fetch(app.url + path).catch(() => undefined);
    if (response?.status === status) return response;
    last = response ? String(response.status) : last;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${path} never answered ${status} (last: ${last}). The app printed:\n${app.output()}`);
}
