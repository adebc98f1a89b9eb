import { clockStartingAt, systemClock, type Clock } from "./clock";
import { environment } from "./env.server";

let clock: Clock | undefined;

/** The app's time, for routes to hand on. */
export function now(): Date {
  clock ??= createClock(environment().env);
  return clock();
}

/** Real time, except in the demo, whose seeded day stays today (DEMO_NOW). */
export function createClock({ demoNow }: { demoNow: Date | undefined }): Clock {
  return demoNow ? clockStartingAt(demoNow) : systemClock;
}
