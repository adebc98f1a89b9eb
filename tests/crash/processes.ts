/** Processes that are started again when they are killed, as any platform does. */
import { spawn, type ChildProcess } from "node:child_process";
import { openSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { childEnvironment } from "~/platform/env.server";
import { APP_ENVIRONMENT } from "../support/app-process";

const RESTART_AFTER_MS = 200;

/** Nobody outlives the harness. */
const all = new Set<Supervised>();
process.once("exit", () => all.forEach((one) => one.kill()));

export class Supervised {
  #child: ChildProcess | undefined;
  #closing = false;
  /** Those that were killed by us, and when (Date.now()) */
  readonly killed = new Map<number, number>();
  #starts = 0;

  private constructor(
    readonly name: string,
    private readonly args: string[],
    private readonly environment: Record<string, string>,
    private readonly logFile: string,
  ) {
    all.add(this);
    this.#start();
  }

  /** The build, as `npm start` runs it */
  static build(environment: Record<string, string>, logFile: string) {
    return new Supervised("build", ["build/index.js"], environment, logFile);
  }

  /** The build, with a door and no worker */
  static app(environment: Record<string, string>, logFile: string) {
    return new Supervised("app", ["build/index.js"], { ...environment, INBOX_WORKER: "off" }, logFile);
  }

  /** worker.ts; with a PORT it has a door too */
  static worker(environment: Record<string, string>, logFile: string) {
    const args = ["--import", "./prisma/register-ts-loader.mjs", "tests/crash/worker.ts"];
    return new Supervised(environment.PORT ? "app with worker" : "worker", args, environment, logFile);
  }

  /** Times that it was started again */
  get restarts(): number {
    return this.#starts - 1;
  }

  kill() {
    const child = this.#child;
    if (!child?.pid || child.exitCode !== null) return;
    this.killed.set(child.pid, Date.now());
    child.kill("SIGKILL");
  }

  /** Stands still for `ms`, with everything that it holds, and then goes on as if nothing had happened. */
  async freeze(ms: number) {
    const child = this.#child;
    child?.kill("SIGSTOP");
    await sleep(ms);
    child?.kill("SIGCONT");
  }

  async close() {
    this.#closing = true;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  #start() {
    if (this.#closing) return;
    this.#starts += 1;
    const log = openSync(this.logFile, "a");
    this.#child = spawn(process.execPath, this.args, {
      env: childEnvironment({ ...APP_ENVIRONMENT, LOG_LEVEL: "warn", DIRECT_URL: "", ...this.environment }),
      stdio: ["ignore", log, log],
    });
    // One that finds no database ends by itself; it too is started again.
    this.#child.once("exit", () => setTimeout(() => this.#start(), RESTART_AFTER_MS));
  }
}
