import { vi } from "vitest";

const WITHIN_MS = 20_000;

/** Repeats `check` until it passes. The time is generous because the machine may be busy; a passing check takes none of it. */
export function eventually<T>(check: () => T | Promise<T>, withinMs = WITHIN_MS): Promise<T> {
  return vi.waitFor(check, { timeout: withinMs, interval: 20 });
}
