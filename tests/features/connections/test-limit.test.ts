import { afterAll, beforeAll, expect, it } from "vitest";
import { ConnectionEventRepository } from "~/features/connections/connection-event.repository.server";
import { MOST_TESTS_PER_HOUR } from "~/features/connections/test-limit.server";
import { newStore, startProviders, submit, type Providers } from "../../support/connections";
import { eachDatabase } from "../../support/databases";

eachDatabase("tests that a person asks for", ({ db }) => {
  let providers: Providers;
  beforeAll(async () => {
    providers = await startProviders();
  });
  afterAll(() => providers.close());
  const connected = async () => {
    const context = await newStore(db(), providers);
    expect((await submit(context, "BING", "connect", providers.forms.BING())).status).toBe(200);
    return context;
  };
  const later = (ms: number) => ({ now: new Date(providers.deps.now().getTime() + ms) });

  it("run one at a time per store and provider", async () => {
    const [context, other] = [await connected(), await connected()];
    const answers = await Promise.all([
      submit(context, "BING", "test"),
      submit(context, "BING", "test"),
      submit(other, "BING", "test"),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 429, 200]);
    expect((await submit(context, "BING", "test")).status).toBe(200);
    for (const intent of ["connect", "sites"]) {
      const press = () => submit(context, "BING", intent, providers.forms.BING());
      const pressed = await Promise.all([press(), press(), press()]);
      expect(pressed.map(({ status }) => status)).toEqual([200, 429, 429]);
    }
  });

  it("wait for one that another process has begun, until it must have died", async () => {
    const context = await connected();
    await new ConnectionEventRepository(db(), context.storeId).insertBegun("BING", context.now);
    expect((await submit({ ...context, ...later(119_999) }, "BING", "test")).status).toBe(429);
    expect((await submit({ ...context, ...later(120_000) }, "BING", "test")).status).toBe(200);
  });

  it("are so many in an hour, those of the schedule not counted", async () => {
    const context = await connected();
    const event = { storeId: context.storeId, provider: "BING", outcome: "FAILURE", latencyMs: 1 } as const;
    const add = (trigger: "MANUAL" | "SCHEDULED", count: number) =>
      db().connectionEvent.createMany({
        data: Array.from({ length: count }, () => ({ ...event, trigger, createdAt: context.now })),
      });
    await add("SCHEDULED", MOST_TESTS_PER_HOUR);
    await add("MANUAL", MOST_TESTS_PER_HOUR - 2);
    expect((await submit(context, "BING", "test")).status).toBe(200);
    expect((await submit(context, "BING", "test")).status).toBe(429);
    expect((await submit({ ...context, ...later(3_600_000) }, "BING", "test")).status).toBe(200);
  });
});
