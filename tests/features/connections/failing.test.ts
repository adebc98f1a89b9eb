import { beforeEach, expect, it } from "vitest";
import { connectionDetail, connectionsHealth } from "~/features/connections/connections.server";
import { DueRepository } from "~/features/connections/due.repository.server";
import { PROVIDERS, type Provider } from "~/features/connections/provider";
import { StoreSecretRepository } from "~/features/connections/store-secret.repository.server";
import { random } from "../../../prisma/seed/random";
import { eachDatabase } from "../../support/databases";
import { T0, TEST_KEYS } from "../../support/tenant-rows";

let stores = 0;

eachDatabase("connections whose last test failed", ({ db }) => {
  beforeEach(() => db().store.deleteMany());

  async function connected(provider: Provider, status: "ACTIVE" | "UNINSTALLED" = "ACTIVE") {
    const shopDomain = `failing-${stores++}.myshopify.com`;
    const { id } = await db().store.create({ data: { shopDomain, status, onboardingFlags: {} } });
    await new StoreSecretRepository(db(), id, TEST_KEYS).upsert(
      provider,
      { plaintext: "s", setBy: null, rotationReminderAt: null, lastFour: "", nextTestAt: null },
      T0,
    );
    return id;
  }
  const tested = (storeId: string, provider: Provider, seconds: number, values: object) =>
    db().connectionEvent.create({
      data: {
        ...{ storeId, provider, latencyMs: 1, outcome: "FAILURE" },
        createdAt: new Date(T0.getTime() + seconds * 1_000),
        ...values,
      },
    });
  const failing = async () => Object.fromEntries(await new DueRepository(db()).countFailing());

  it("are counted by provider for installed shops", async () => {
    expect(await failing()).toEqual({});
    await tested(await connected("GA4"), "GA4", 0, {});
    await tested(await connected("GA4"), "GA4", 0, {});
    await tested(await connected("MCP"), "MCP", 0, {});
    await tested(await connected("BING"), "BING", 0, { outcome: "SUCCESS" });
    await tested(await connected("GSC", "UNINSTALLED"), "GSC", 0, {});
    await connected("BING");
    expect(await failing()).toEqual({ GA4: 2, MCP: 1 });
  });

  it("do not include a connection that works again, whose replacement was refused, or that was deleted", async () => {
    const again = await connected("GA4");
    await tested(again, "GA4", 0, {});
    await tested(again, "GA4", 1, { outcome: "SUCCESS" });
    expect(await failing()).toEqual({});
    await tested(again, "GA4", 2, { trigger: "CONNECT" });
    expect(await failing()).toEqual({});
    await tested(again, "GA4", 3, {});
    expect(await failing()).toEqual({ GA4: 1 });
    await db().storeSecret.deleteMany({ where: { storeId: again } });
    expect(await failing()).toEqual({});
  });

  it("fail on their own page too when that test is older than a month, and were tested then", async () => {
    const storeId = await connected("GA4");
    await tested(storeId, "GA4", -60 * 86_400, { errorClass: "TIMEOUT" });
    const detail = await connectionDetail(db(), storeId, "GA4", T0);
    expect(detail).toMatchObject({ state: "failing", tests: [], history: { tests: 0, since: null } });
    expect(detail.testedAt).toBe(new Date(T0.getTime() - 60 * 86_400_000).toISOString());
    expect(detail.advice?.title).toContain("did not answer in time");
  });

  it("are shown behind more failed attempts with other credentials than a history has room for", async () => {
    const storeId = await connected("BING");
    await tested(storeId, "BING", 0, { errorClass: "FORBIDDEN", message: "in use" });
    const attempts = Array.from({ length: 501 }, (_, i) => ({
      ...({ storeId, provider: "BING", latencyMs: 1, outcome: "FAILURE", trigger: "CONNECT" } as const),
      createdAt: new Date(T0.getTime() + 1_000 + i),
    }));
    await db().connectionEvent.createMany({ data: attempts });
    const now = new Date(T0.getTime() + 60_000);
    expect(await connectionDetail(db(), storeId, "BING", now)).toMatchObject({
      ...{ state: "failing", detail: "in use", history: { tests: 1, uptime: 0 } },
    });
    // Also when the last test of the one in use is older than the history.
    const later = new Date(T0.getTime() + 40 * 86_400_000);
    expect(await connectionDetail(db(), storeId, "BING", later)).toMatchObject({ state: "failing" });
  });

  it("are the same as merchants see as failing, for 40 random histories", async () => {
    const rng = random("failing");
    const expected: Record<string, number> = {};
    for (let i = 0; i < 40; i++) {
      const provider = PROVIDERS[rng.int(0, 3)]!;
      const storeId = await connected(provider);
      for (let test = rng.int(0, 6); test > 0; test--)
        await tested(storeId, provider, rng.int(0, 3), {
          outcome: rng.int(0, 1) ? "SUCCESS" : "FAILURE",
          trigger: ["MANUAL", "SCHEDULED", "CONNECT"][rng.int(0, 2)],
        });
      const health = await connectionsHealth(db(), storeId, T0);
      if (health.find((one) => one.provider === provider)!.state === "failing")
        expected[provider] = (expected[provider] ?? 0) + 1;
    }
    expect(await failing()).toEqual(expected);
  });
});
