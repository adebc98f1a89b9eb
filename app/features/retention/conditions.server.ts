/** A policy's conditions (SQL, over "row"), put together. Every `?` of them is the cutoff. */
import type { Policy } from "./policies.server";

/** What one of its passes lets go. */
export function dueCondition({ at, unless }: Policy, pass: string): string {
  return [pass, `"row"."${at}" < ?`, ...(unless ? [`(${unless}) IS NOT TRUE`] : [])].join(" AND ");
}

/** What is older than the cutoff and stays, because the rule says so; null where no rule spares anything. */
export function sparedCondition({ spared }: Policy): string | null {
  return spared ? `"row"."${spared.at}" < ? AND ${spared.where}` : null;
}
