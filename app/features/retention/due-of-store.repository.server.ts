import type { Queryable } from "~/platform/db/client.server";
import { queryRows } from "~/platform/db/raw.server";
import { dueCondition, sparedCondition } from "./conditions.server";
import type { Counted } from "./due-rows.repository.server";
import { POLICIES, type Policy } from "./policies.server";
import type { PolicyName } from "./retention";
import { MOST_SHOWN } from "./retention-text";

/** By which column a policy's rows belong to a store; null for those of the installation. */
const OWNERS: Record<PolicyName, "storeId" | "shopDomain" | "shop" | null> = {
  "ai-drafts": "storeId",
  "connection-events": "storeId",
  "kpi-cache": "storeId",
  // Stored before anybody knows whose store it is
  "webhook-events": "shopDomain",
  sessions: "shop",
  "retention-runs": null,
  "compliance-requests": "shopDomain",
};

export const POLICIES_OF_STORES: readonly Policy[] = POLICIES.filter(({ name }) => OWNERS[name]);

/** Of one store's rows, those that the next sweep would delete, and those that it would pass by. */
export class DueOfStore {
  constructor(
    private readonly db: Queryable,
    private readonly storeId: string,
    private readonly shopDomain: string,
  ) {}

  /** Past the cutoff, and going. */
  async countDue(policy: Policy, cutoff: Date): Promise<Counted> {
    const counts = [];
    for (const pass of policy.passes)
      counts.push(await this.#count(policy, dueCondition(policy, pass), policy.at, cutoff));
    return counts.reduce(together);
  }

  /** Past the cutoff, and staying. */
  async countSpared(policy: Policy, cutoff: Date): Promise<Counted> {
    const condition = sparedCondition(policy);
    return condition ? this.#count(policy, condition, policy.spared!.at, cutoff) : NONE;
  }

  async #count({ name, table }: Policy, condition: string, at: string, cutoff: Date): Promise<Counted> {
    const owner = OWNERS[name];
    if (!owner) return NONE;
    const [row] = await queryRows<{ count: number | bigint; oldestAt: Date | string | null }>(
      this.db,
      `SELECT count(*) AS "count", min("at") AS "oldestAt" FROM (
         SELECT "row"."${at}" AS "at" FROM "${table}" AS "row" WHERE "${owner}" = ? AND ${condition} LIMIT ${MOST_SHOWN}
       ) AS "due"`,
      [
        owner === "storeId" ? this.storeId : this.shopDomain,
        ...(condition.match(/\?/g) ?? []).map(() => cutoff),
      ],
    );
    const { count, oldestAt } = row!;
    return { count: Number(count), oldestAt: oldestAt === null ? null : new Date(oldestAt) };
  }
}

const NONE: Counted = { count: 0, oldestAt: null };

function together(a: Counted, b: Counted): Counted {
  const oldest = [a.oldestAt, b.oldestAt].filter((at) => at !== null).sort((x, y) => Number(x) - Number(y));
  return { count: Math.min(MOST_SHOWN, a.count + b.count), oldestAt: oldest[0] ?? null };
}
