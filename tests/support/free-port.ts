import { freePort as firstFreePort } from "../../dev/demo/ports.mjs";
import { scriptOption } from "~/platform/env.server";

/**
 * Below the ephemeral ports of Linux (from 32,768), macOS and Windows (from 49,152): the system may use one of those for an
 * outgoing connection before the test's server listens on it.
 */
const FIRST = 10_000;
const PER_WORKER = 1_000;
/** 1 to the number of Vitest's workers; 0 in a process that is none (npm run crash, npm run bench) */
const worker = Number(scriptOption("VITEST_POOL_ID") ?? 0);
let next = Math.floor(Math.random() * PER_WORKER);

/** A loopback port without a listener. Consecutive calls, and other test workers, get other ports. */
export default function freePort(): Promise<number> {
  const offset = next;
  next = (next + 1) % PER_WORKER;
  return firstFreePort(FIRST + (worker % 10) * PER_WORKER + offset);
}
