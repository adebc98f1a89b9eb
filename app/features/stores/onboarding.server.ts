import { z } from "zod";
import type { Db } from "~/platform/db/client.server";
import { StoreRepository } from "./store.repository.server";

/** What only a person can say about the setup guide; its other steps are seen from the store's data. */
export const ONBOARDING_STEPS = ["thresholds", "guide-dismissed"] as const;
export type OnboardingStep = (typeof ONBOARDING_STEPS)[number];

const flagsSchema = z.record(z.string(), z.string()).catch({});

export function hasDone(store: { onboardingFlags: unknown }, step: OnboardingStep): boolean {
  return step in flagsSchema.parse(store.onboardingFlags);
}

/** Safe to repeat. */
export async function finishStep(db: Db, storeId: string, step: OnboardingStep, now: Date): Promise<void> {
  await new StoreRepository(db).addOnboardingFlag(storeId, step, now);
}
