import { freePort as firstFreePort } from "../../dev/demo/ports.mjs";
import { scriptOption } from "~/platform/env.server";

/**
 * Below what Linux (32,768), macOS and Windows (49,152) hand out by themselves: a port from there may become the near end of
 * anybody's connection before the test's own server listens on it.
 */
const FIRST = 10_000;
const PER_WORKER = 1_000;
/** 1 to the number of Vitest's workers; 0 in a process that is none (npm run crash, npm run bench) */
const worker = Number(scriptOption("VITEST_POOL_ID") ?? 0);
let next = Math.floor(Math.random() * PER_WORKER);

/** A port of the loopback interface that nobody listens on, and that no other call of this run has been given of late. */
export default function freePort(): Promise<number> {
  const offset = next;
  next = (next + 1) % PER_WORKER;
  return firstFreePort(FIRST + (worker % 10) * PER_WORKER + offset);
}
