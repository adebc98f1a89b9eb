import { clockStartingAt, systemClock, type Clock } from "./clock";
import { environment } from "./env.server";

let clock: Clock | undefined;

/** The app's time, for routes to hand on. Real, except in the demo, whose seeded day stays today (DEMO_NOW). */
export function now(): Date {
  const { demoNow } = environment().env;
  clock ??= demoNow ? clockStartingAt(demoNow) : systemClock;
  return clock();
}
