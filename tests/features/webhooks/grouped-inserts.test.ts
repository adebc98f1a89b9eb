import { describe, expect, it } from "vitest";
import { GroupedInserts } from "~/features/webhooks/grouped-inserts.server";
import type { Delivery } from "~/features/webhooks/webhook-inbox.repository.server";
import { DatabaseUnavailableError } from "~/platform/db/errors.server";
import { delivery } from "../../support/deliveries";

const LONG = 60_000;
const ids = (group: Delivery[]) => group.map(({ webhookId }) => webhookId);

/** An insert whose statements end when they are told to. */
function held() {
  const groups: { group: Delivery[]; end: (error?: Error) => void }[] = [];
  const insert = (group: Delivery[]) =>
    new Promise<Set<string>>((resolve, reject) =>
      groups.push({ group, end: (error) => (error ? reject(error) : resolve(new Set(ids(group)))) }),
    );
  return { groups, insert };
}
const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

describe("grouped inserts", () => {
  it("write concurrent deliveries in one statement, and later ones in the next", async () => {
    const { groups, insert } = held();
    const inserts = new GroupedInserts(insert, "sqlite");
    const first = [delivery(), delivery(), delivery()];
    const done = first.map((one) => inserts.add(one, LONG));
    await turn();
    expect(groups.map(({ group }) => ids(group))).toEqual([ids(first)]);
    const second = [delivery(), delivery()];
    done.push(...second.map((one) => inserts.add(one, LONG)));
    await turn();
    expect(groups).toHaveLength(1);
    groups[0]!.end();
    await turn();
    expect(ids(groups[1]!.group)).toEqual(ids(second));
    groups[1]!.end();
    expect(await Promise.all(done)).toEqual(Array(5).fill("accepted"));
  });

  it("answer one accepted and one duplicate for the same id twice", async () => {
    const inserts = new GroupedInserts((group) => Promise.resolve(new Set(ids(group))), "sqlite");
    const one = delivery();
    expect(await Promise.all([inserts.add(one, LONG), inserts.add(one, LONG)])).toEqual([
      "accepted",
      "duplicate",
    ]);
  });

  it("store the others when the database refuses one of a group", async () => {
    const bad = delivery();
    const insert = (group: Delivery[]) =>
      group.some(({ webhookId }) => webhookId === bad.webhookId)
        ? Promise.reject(new Error("invalid input"))
        : Promise.resolve(new Set(ids(group)));
    const inserts = new GroupedInserts(insert, "postgres");
    const outcomes = await Promise.allSettled(
      [delivery(), bad, delivery()].map((one) => inserts.add(one, LONG)),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });

  it("fail together, without single retries, when the database is away", async () => {
    let statements = 0;
    const inserts = new GroupedInserts(() => {
      statements += 1;
      return Promise.reject(new DatabaseUnavailableError("away"));
    }, "sqlite");
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => inserts.add(delivery(), LONG)));
    expect(outcomes.map(({ status }) => status)).toEqual(Array(3).fill("rejected"));
    expect(statements).toBe(1);
  });

  it("do not write a delivery whose time is over", async () => {
    const { groups, insert } = held();
    const inserts = new GroupedInserts(insert, "sqlite");
    void inserts.add(delivery(), LONG);
    await turn();
    const late = inserts.add(delivery(), 0);
    const inTime = delivery();
    const stored = inserts.add(inTime, LONG);
    groups[0]!.end();
    await expect(late).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
    await turn();
    expect(ids(groups[1]!.group)).toEqual([inTime.webhookId]);
    groups[1]!.end();
    expect(await stored).toBe("accepted");
  });

  it("refuse deliveries while more than 64 MB wait, and accept them again afterwards", async () => {
    const { groups, insert } = held();
    const inserts = new GroupedInserts(insert, "sqlite");
    const large = () => delivery({ payload: "x".repeat(5 * 1024 * 1024) });
    const waiting = [inserts.add(delivery(), LONG)];
    await turn();
    for (let i = 0; i < 13; i++) waiting.push(inserts.add(large(), LONG));
    await expect(inserts.add(delivery(), LONG)).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
    for (let i = 0; i < 20 && groups[i]; i++) {
      groups[i]!.end();
      await turn();
    }
    expect(await Promise.all(waiting)).toEqual(Array(14).fill("accepted"));
    const after = inserts.add(delivery(), LONG);
    await turn();
    groups.at(-1)!.end();
    expect(await after).toBe("accepted");
  });
});
