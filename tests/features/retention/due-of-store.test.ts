import { beforeEach, describe, expect, it } from "vitest";
import { DueOfStore, POLICIES_OF_STORES } from "~/features/retention/due-of-store.repository.server";
import { DueRowsRepository } from "~/features/retention/due-rows.repository.server";
import { cutoffOf, POLICIES, type Policy } from "~/features/retention/policies.server";
import type { PolicyName } from "~/features/retention/retention";
import { MOST_SHOWN } from "~/features/retention/retention-text";
import { DAY_MS } from "~/platform/clock";
import type { Db } from "~/platform/db/client.server";
import { random } from "../../../prisma/seed/random";
import { copyRow } from "../../support/copied-rows";
import { eachDatabase } from "../../support/databases";
import { T0 } from "../../support/tenant-rows";

type Shop = { id: string; shopDomain: string };
let rows = 0;

/** A row of the shop that the policy is about, whose instant is `at`; it is one that may go. */
const PLANT: Partial<
  Record<PolicyName, (db: Db, shop: Shop, at: Date, values?: object) => Promise<unknown>>
> = {
  async "ai-drafts"(db, { id: storeId }, createdAt, values) {
    const written = { subject: "s", tags: [], metadata: {}, lastMessageAt: createdAt };
    const ticket = await db.ticket.create({ data: { storeId, channel: "EMAIL", ...written } });
    const message = await db.ticketMessage.create({
      data: {
        ...{ storeId, ticketId: ticket.id, kind: "AI_DRAFT", body: "b" },
        ...{ metadata: {}, writtenAt: createdAt },
      },
    });
    await db.aiDraft.create({
      data: { storeId, messageId: message.id, model: "m", version: "1", text: "t", createdAt, ...values },
    });
  },
  "connection-events": (db, { id: storeId }, createdAt, values) =>
    db.connectionEvent.create({
      data: { storeId, provider: "GA4", outcome: "SUCCESS", latencyMs: 1, createdAt, ...values },
    }),
  "kpi-cache": (db, { id: storeId }, expiresAt) =>
    db.kpiCache.create({
      data: {
        ...{ storeId, kind: "SALES", fromDay: `day ${rows++}`, toDay: "day", currency: "USD" },
        ...{ payload: {}, computedAt: T0, expiresAt },
      },
    }),
  "webhook-events": (db, { shopDomain }, at, values) =>
    db.webhookEvent.create({
      data: {
        ...{ webhookId: `w-${rows++}`, topic: "orders/create", shopDomain, payload: {} },
        ...{ status: "SUCCEEDED", receivedAt: at, processedAt: at, ...values },
      },
    }),
  sessions: (db, { shopDomain: shop }, expires, values) =>
    db.session.create({
      data: { id: `s-${rows++}`, shop, state: "", accessToken: "sealed", expires, ...values },
    }),
  "compliance-requests": (db, { shopDomain }, closedAt) =>
    db.complianceRequest.create({
      data: {
        ...{ shopDomain, topic: "CUSTOMERS_REDACT", status: "COMPLETED" },
        ...{ receivedAt: closedAt, dueAt: closedAt, closedAt, result: {} },
      },
    }),
};

const policyOf = (name: PolicyName) => POLICIES.find((policy) => policy.name === name)!;
const cutoff = (policy: Policy) => cutoffOf(policy, T0, {})!;
const off = (at: Date, ms: number) => new Date(at.getTime() + ms);

eachDatabase("what a sweep would delete of one store", ({ db }) => {
  let ours: Shop;
  let theirs: Shop;
  beforeEach(async () => {
    await db().store.deleteMany();
    await db().webhookEvent.deleteMany();
    await db().session.deleteMany();
    await db().complianceRequest.deleteMany();
    const store = (name: string) =>
      db().store.create({ data: { shopDomain: `${name}.myshopify.com`, onboardingFlags: {} } });
    [ours, theirs] = [await store("ours"), await store("theirs")];
  });
  const plant = (name: PolicyName, at: Date, values?: object, shop = ours) =>
    PLANT[name]!(db(), shop, at, values);
  const of = ({ id, shopDomain }: Shop) => new DueOfStore(db(), id, shopDomain);

  it("is about every policy whose rows belong to stores", () => {
    expect(POLICIES_OF_STORES.map(({ name }) => name).sort()).toEqual(Object.keys(PLANT).sort());
    const others = POLICIES.filter((policy) => !POLICIES_OF_STORES.includes(policy));
    expect(others.map(({ name }) => name)).toEqual(["retention-runs"]);
  });

  it("counts nothing of the installation's own", async () => {
    await db().retentionRun.create({ data: { startedAt: new Date(0), policies: [], outcome: "COMPLETE" } });
    expect(await of(ours).countDue(policyOf("retention-runs"), T0)).toEqual({ count: 0, oldestAt: null });
  });

  it.each(POLICIES_OF_STORES.map((policy) => [policy.name, policy] as const))(
    "%s: counts what is a second past its cutoff, and neither the cutoff itself nor a second inside it",
    async (name, policy) => {
      const at = cutoff(policy);
      await plant(name, off(at, 1_000));
      expect(await of(ours).countDue(policy, at)).toEqual({ count: 0, oldestAt: null });
      await plant(name, at);
      expect(await of(ours).countDue(policy, at)).toEqual({ count: 0, oldestAt: null });
      await plant(name, off(at, -1_000));
      expect(await of(ours).countDue(policy, at)).toEqual({ count: 1, oldestAt: off(at, -1_000) });
      expect(await of(theirs).countDue(policy, at)).toEqual({ count: 0, oldestAt: null });
    },
  );

  describe("passes by, with the oldest of them,", () => {
    const old = (name: PolicyName) => off(cutoff(policyOf(name)), -DAY_MS);
    const counts = async (name: PolicyName) => {
      const policy = policyOf(name);
      const due = await of(ours).countDue(policy, cutoff(policy));
      const spared = await of(ours).countSpared(policy, cutoff(policy));
      return { due: due.count, spared: spared.count, oldestAt: spared.oldestAt };
    };

    it("drafts that somebody scored", async () => {
      await plant("ai-drafts", old("ai-drafts"), { rewardScore: 0 });
      await plant("ai-drafts", old("ai-drafts"), { approved: false });
      await plant("ai-drafts", T0, { rewardScore: 1 });
      expect(await counts("ai-drafts")).toEqual({ due: 1, spared: 1, oldestAt: old("ai-drafts") });
    });

    it("the latest success and the latest failure of each service", async () => {
      const at = old("connection-events");
      for (const provider of ["GA4", "BING"])
        for (const outcome of ["SUCCESS", "FAILURE"])
          for (const ms of [0, 1, 2]) await plant("connection-events", off(at, ms), { provider, outcome });
      expect(await counts("connection-events")).toEqual({ due: 8, spared: 4, oldestAt: off(at, 2) });
    });

    it("the latest failure of the connection in use, behind newer attempts with credentials that were never stored", async () => {
      const at = old("connection-events");
      await plant("connection-events", off(at, 0), { outcome: "FAILURE", trigger: "SCHEDULED" });
      for (const ms of [-1, 1, 2])
        await plant("connection-events", off(at, ms), { outcome: "FAILURE", trigger: "CONNECT" });
      // A credential that passed was stored: its test counts.
      await plant("connection-events", off(at, 0), { trigger: "SCHEDULED" });
      await plant("connection-events", off(at, 1), { trigger: "CONNECT" });
      expect(await counts("connection-events")).toMatchObject({ due: 4, spared: 2 });
    });

    it("webhooks that nobody has processed, replayed or dismissed", async () => {
      const at = old("webhook-events");
      for (const status of ["RECEIVED", "PROCESSING", "FAILED", "DEAD"])
        await plant("webhook-events", at, { status, processedAt: null });
      await plant("webhook-events", at, { status: "SKIPPED" });
      await plant("webhook-events", at);
      expect(await counts("webhook-events")).toEqual({ due: 2, spared: 4, oldestAt: at });
    });

    it("sessions that can be renewed, and those that do not end", async () => {
      const at = old("sessions");
      const edge = cutoff(policyOf("sessions"));
      await plant("sessions", at, { refreshTokenExpires: edge });
      await plant("sessions", at, { refreshTokenExpires: off(edge, -1_000) });
      await plant("sessions", at, { expires: null });
      expect(await counts("sessions")).toEqual({ due: 1, spared: 1, oldestAt: at });
    });

    it("nothing where no rule spares anything", async () => {
      await plant("kpi-cache", off(T0, -1_000));
      expect(await counts("kpi-cache")).toEqual({ due: 1, spared: 0, oldestAt: null });
    });
  });

  it("agrees with the sweep: what it says of each store adds up to what a sweep counts of all", async () => {
    const rng = random("due-of-store");
    for (const policy of POLICIES_OF_STORES)
      for (let i = 0; i < 25; i++) {
        const at = off(cutoff(policy), rng.int(-3, 3) * 1_000);
        const values = rng.int(0, 3) === 0 ? SOME_STAY[policy.name] : undefined;
        await plant(policy.name, at, values, rng.int(0, 1) ? ours : theirs);
      }
    for (const policy of POLICIES_OF_STORES) {
      const sweep = new DueRowsRepository(db(), policy);
      const at = cutoff(policy);
      const [mine, other] = [of(ours), of(theirs)];
      const sum = async (count: (store: DueOfStore) => Promise<{ count: number }>) =>
        (await count(mine)).count + (await count(other)).count;
      expect({
        name: policy.name,
        due: await sum((store) => store.countDue(policy, at)),
        spared: await sum((store) => store.countSpared(policy, at)),
      }).toEqual({
        name: policy.name,
        due: (await sweep.countDue(at, null)).count,
        spared: (await sweep.countSpared(at, null)).count,
      });
    }
  });

  it("stops counting where a merchant learns nothing more", async () => {
    const expires = off(cutoff(policyOf("sessions")), -1_000);
    const session = { shop: ours.shopDomain, state: "", accessToken: "sealed", expires };
    await db().session.create({ data: { ...session, id: "many" } });
    await copyRow(db(), { table: "Session", id: "many", count: MOST_SHOWN + 1, unique: ["id"] });
    expect((await of(ours).countDue(policyOf("sessions"), T0)).count).toBe(MOST_SHOWN);
  });
});

const SOME_STAY: Partial<Record<PolicyName, object>> = {
  "ai-drafts": { rewardScore: 0.5 },
  "connection-events": { outcome: "FAILURE" },
  "webhook-events": { status: "DEAD", processedAt: null },
  sessions: { refreshTokenExpires: T0 },
};
