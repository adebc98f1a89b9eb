import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectionDetail } from "~/features/connections/connections.server";
import type { ConnectionContext } from "~/features/connections/connection-context";
import { PROVIDERS, type Provider } from "~/features/connections/provider";
import { StoreSecretRepository } from "~/features/connections/store-secret.repository.server";
import { DAY_MS } from "~/platform/clock";
import { eachDatabase } from "../../support/databases";
import {
  ACTOR,
  BING_KEY,
  BING_SITE,
  GSC_SITE,
  MCP_TOKEN,
  newStore,
  startProviders,
  submit,
  type Providers,
} from "../../support/connections";
import { eventually } from "../../support/eventually";
import { startLocalProviders } from "../../../dev/local-providers/server";
import { T0, TEST_KEYS } from "../../support/tenant-rows";

eachDatabase("a merchant's connection", ({ db }) => {
  let providers: Providers;
  beforeAll(async () => {
    providers = await startProviders();
  });
  afterAll(() => providers.close());

  const store = () => newStore(db(), providers);
  const connect = async (
    context: ConnectionContext,
    provider: Provider,
    changes: Record<string, string> = {},
  ) => submit(context, provider, "connect", { ...providers.forms[provider](), ...changes });
  const detail = ({ storeId }: ConnectionContext, provider: Provider, now = T0) =>
    connectionDetail(db(), storeId, provider, now);
  const plaintext = ({ storeId }: ConnectionContext, provider: Provider) =>
    new StoreSecretRepository(db(), storeId, TEST_KEYS).reveal(provider);

  /** Resolves when a request made from now on has reached the provider, which then takes its time over the answer. */
  const asked = (provider: "bing" | "mcp") => {
    const before = providers[provider].requests.length;
    return eventually(() => expect(providers[provider].requests.length).toBeGreaterThan(before));
  };

  describe.each(PROVIDERS)("to %s", (provider) => {
    it("is tested, stored, and shown without its secret", async () => {
      const context = await store();
      const { status, answer } = await connect(context, provider);
      expect({ status, answer }).toMatchObject({ status: 200, answer: { ok: true } });
      const shown = await detail(context, provider);
      expect(shown).toMatchObject({ state: "working", advice: null, history: { tests: 1, uptime: 1 } });
      expect(shown.secret).toMatchObject({
        setBy: ACTOR,
        overdue: false,
        rotationReminderAt: new Date(T0.getTime() + 90 * DAY_MS).toISOString(),
      });
      expect(shown.rotations).toEqual([T0.toISOString()]);
      expect(shown.tests).toMatchObject([{ trigger: "CONNECT", outcome: "SUCCESS" }]);
      const secret = await plaintext(context, provider);
      for (const part of secretStrings(secret!)) expect(JSON.stringify(shown)).not.toContain(part);
    });

    it("is tested again by hand, and the answer's time is reported", async () => {
      const context = await store();
      await connect(context, provider);
      const { status, answer } = await submit(context, provider, "test");
      expect(status).toBe(200);
      expect(answer).toMatchObject({ ok: true, message: expect.stringMatching(/ in \d+ ms$/) as string });
      expect((await detail(context, provider)).tests).toHaveLength(2);
    });

    it("keeps its secret when only its settings are replaced", async () => {
      const context = await store();
      await connect(context, provider);
      const before = await plaintext(context, provider);
      const kept = { serviceAccount: "", apiKey: "", token: "", reminderDays: "30" };
      expect((await connect(context, provider, kept)).status).toBe(200);
      expect(await plaintext(context, provider)).toBe(before);
      const shown = await detail(context, provider);
      expect(shown.rotations).toHaveLength(1);
      expect(shown.secret?.rotationReminderAt).toBe(new Date(T0.getTime() + 30 * DAY_MS).toISOString());
    });

    it("is deleted with its secret on a disconnect, which may be repeated", async () => {
      const context = await store();
      await connect(context, provider);
      expect((await submit(context, provider, "disconnect")).answer.ok).toBe(true);
      expect((await submit(context, provider, "disconnect")).answer.ok).toBe(true);
      expect(await plaintext(context, provider)).toBeNull();
      expect(await detail(context, provider)).toMatchObject({
        state: "unconnected",
        config: null,
        secret: null,
      });
    });

    it("answers 409 to a test and a reminder when nothing is stored", async () => {
      const context = await store();
      for (const intent of ["test", "remind"]) {
        const { status, answer } = await submit(context, provider, intent);
        expect({ status, answer }).toMatchObject({ status: 409, answer: { ok: false } });
      }
    });

    it("answers 400 with sentences at the fields to a form without a credential, and tests nothing", async () => {
      const context = await store();
      const { status, answer } = await submit(context, provider, "connect");
      expect(status).toBe(400);
      expect(Object.keys(answer.fieldErrors ?? {})).not.toHaveLength(0);
      for (const sentence of Object.values(answer.fieldErrors ?? {})) expect(sentence).toMatch(/[.?]$/);
      expect((await detail(context, provider)).tests).toEqual([]);
    });
  });

  it("keeps the stored credential when the provider refuses a new one", async () => {
    const context = await store();
    await connect(context, "BING");
    const refused = await connect(context, "BING", { apiKey: "f".repeat(32) });
    expect(refused.status).toBe(422);
    expect(refused.answer.trouble).toMatchObject({
      errorClass: "AUTH_INVALID",
      body: expect.stringContaining("still in use") as string,
    });
    expect(await plaintext(context, "BING")).toContain(BING_KEY);
    const shown = await detail(context, "BING");
    expect(shown).toMatchObject({ state: "working", history: { tests: 1, uptime: 1 } });
    expect(shown.tests[0]).toMatchObject({
      trigger: "CONNECT",
      outcome: "FAILURE",
      errorClass: "AUTH_INVALID",
    });
  });

  it("suggests the property that was probably meant", async () => {
    const context = await store();
    const { answer } = await connect(context, "GSC", { siteUrl: "https://example.com/" });
    expect(answer.trouble?.suggestion).toBe(GSC_SITE);
    expect((await connect(context, "GSC", { siteUrl: answer.trouble!.suggestion! })).status).toBe(200);
  });

  it("lists the sites of the account and marks unverified ones", async () => {
    const context = await store();
    const key = "abcdef0123456789abcdef0123456789";
    providers.bing.addKey({
      apiKey: key,
      sites: [
        { url: BING_SITE, isVerified: true },
        { url: "https://other.example.com/", isVerified: false },
      ],
    });
    const bing = await submit(context, "BING", "sites", { apiKey: key });
    expect(bing.answer.sites).toEqual([
      { url: BING_SITE, note: null },
      { url: "https://other.example.com/", note: "not verified in Bing" },
    ]);
    const gsc = await submit(context, "GSC", "sites", providers.forms.GSC());
    expect(gsc.answer.sites?.map(({ url }) => url)).toContain(GSC_SITE);
    const wrong = await submit(context, "BING", "sites", { apiKey: "e".repeat(32) });
    expect(wrong).toMatchObject({ status: 422, answer: { trouble: { errorClass: "AUTH_INVALID" } } });
    expect((await detail(context, "BING")).tests).toEqual([]);
  });

  it("refuses the same secret as a rotation, and records the rotation to a new one", async () => {
    const context = await store();
    await connect(context, "BING");
    const later = { ...context, now: new Date(T0.getTime() + 80 * DAY_MS) };
    const same = await submit(later, "BING", "rotate", { apiKey: BING_KEY });
    expect(same.status).toBe(409);
    expect(same.answer.message).toContain("stored already");
    const key = "11111111111111111111111111111111";
    providers.bing.addKey({ apiKey: key, sites: [{ url: BING_SITE, isVerified: true }] });
    expect((await submit(later, "BING", "rotate", { apiKey: key })).status).toBe(200);
    const shown = await detail(context, "BING", later.now);
    expect(shown.rotations).toEqual([later.now.toISOString(), T0.toISOString()]);
    expect(shown.secret?.rotationReminderAt).toBe(new Date(later.now.getTime() + 90 * DAY_MS).toISOString());
    expect(shown.config).toMatchObject({ siteUrl: BING_SITE });
  });

  it("does not send a stored token to another server", async () => {
    const context = await store();
    await connect(context, "MCP");
    const elsewhere = await startProviders();
    try {
      const moved = { endpoint: elsewhere.mcpUrl, token: "" };
      const { status, answer } = await connect(context, "MCP", moved);
      expect(status).toBe(400);
      expect(answer.fieldErrors?.token).toContain("another server");
      expect(elsewhere.mcp.requests).toEqual([]);
      const sameServer = { endpoint: providers.mcpUrl.replace("/mcp", "/mcp-strict"), token: "" };
      expect((await connect(context, "MCP", sameServer)).status).toBe(200);
      expect(await plaintext(context, "MCP")).toContain(MCP_TOKEN);
    } finally {
      await elsewhere.close();
    }
  });

  it("sends no token to another server that needs none", async () => {
    const context = await store();
    await connect(context, "MCP");
    const open = await startLocalProviders();
    const moved = { endpoint: open.mcpUrl, token: "", credentialKind: "none" };
    expect((await connect(context, "MCP", moved)).status).toBe(200);
    expect(new Set(open.mcp.requests.map(({ bearer }) => bearer))).toEqual(new Set(["none"]));
    const { status, answer } = await submit(context, "MCP", "rotate");
    expect(status).toBe(409);
    expect(answer.message).toContain("asks for no secret");
    await open.close();
  });

  it("leaves no test under way behind when a key cannot be had after it", async () => {
    const context = await store();
    const keys = { ...TEST_KEYS, current: () => Promise.reject(new Error("The KMS is away.")) };
    await expect(connect({ ...context, keys }, "BING")).rejects.toThrow("The KMS is away.");
    expect(await db().connectionEvent.count({ where: { storeId: context.storeId } })).toBe(0);
  });

  it("does not restore a secret that was deleted while its provider was being asked", async () => {
    const context = await store();
    await connect(context, "BING");
    providers.bing.setTrouble({ kind: "late", ms: 300 });
    const replacing = connect(context, "BING", { apiKey: "", reminderDays: "30" });
    await asked("bing");
    await submit(context, "BING", "disconnect");
    const { status, answer } = await replacing;
    providers.bing.setTrouble(null);
    expect(status).toBe(409);
    expect(answer.message).toContain("another window");
    expect(await plaintext(context, "BING")).toBeNull();
    expect((await detail(context, "BING")).state).toBe("unconnected");
  });

  it("does not overwrite a secret that was rotated while its provider was being asked", async () => {
    const context = await store();
    await connect(context, "MCP");
    const token = "mcp_token-rotated-in-another-window";
    providers.mcp.addToken(token);
    // Longer than the rotation takes, which may have to start a thread.
    providers.mcp.setTrouble({ kind: "late", ms: 3_000 });
    const replacing = connect(context, "MCP", { token: "", toolAllowList: "a", timeoutSeconds: "20" });
    await asked("mcp");
    providers.mcp.setTrouble(null);
    expect((await submit(context, "MCP", "rotate", { token })).status).toBe(200);
    expect((await replacing).status).toBe(409);
    expect(await plaintext(context, "MCP")).toContain(token);
  });

  it("answers within seconds to a megabyte in every field", async () => {
    const context = await store();
    const startedAt = performance.now();
    for (const much of [`a${" ".repeat(1_000_000)}b`, '"'.repeat(500_000), "\n".repeat(1_000_000) + "a"])
      for (const provider of PROVIDERS) {
        const fields = { apiKey: much, token: much, endpoint: much, siteUrl: much, toolAllowList: much };
        for (const intent of ["connect", "sites"])
          expect(
            (await submit(context, provider, intent, { ...fields, serviceAccount: much })).status,
          ).toBeLessThan(500);
      }
    // Quadratic time would be days.
    expect(performance.now() - startedAt).toBeLessThan(25_000);
  });

  it("has no reminder without a secret, or when the merchant switches it off", async () => {
    const context = await store();
    await connect(context, "BING", { reminderDays: "0" });
    expect((await detail(context, "BING")).secret?.rotationReminderAt).toBeNull();
    expect((await submit(context, "BING", "remind", { reminderDays: "180" })).status).toBe(200);
    expect((await detail(context, "BING")).secret?.rotationReminderAt).toBe(
      new Date(T0.getTime() + 180 * DAY_MS).toISOString(),
    );
    expect((await submit(context, "BING", "remind", { reminderDays: "7" })).status).toBe(400);

    const open = await startLocalProviders();
    const { status } = await connect(context, "MCP", { endpoint: open.mcpUrl, credentialKind: "none" });
    expect({ status, ...(await detail(context, "MCP")) }).toMatchObject({
      status: 200,
      state: "working",
      secret: { lastFour: "", rotationReminderAt: null },
    });
    await open.close();
  });

  it("keeps both connections when two tabs connect different providers at once", async () => {
    const context = await store();
    const answers = await Promise.all(PROVIDERS.map((provider) => connect(context, provider)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    for (const provider of PROVIDERS)
      expect(await detail(context, provider)).toMatchObject({
        state: "working",
        config: expect.anything() as object,
      });
  });

  it("refuses the second of two concurrent tests", async () => {
    const context = await store();
    await connect(context, "GA4");
    await Promise.all([submit(context, "GA4", "test"), submit(context, "GA4", "test")]);
    expect((await detail(context, "GA4")).tests.map(({ trigger }) => trigger).sort()).toEqual([
      "CONNECT",
      "MANUAL",
    ]);
  });

  it("does not count a running test of the old secret against the new one", async () => {
    const context = await store();
    await connect(context, "MCP");
    const token = "mcp_token-that-came-meanwhile";
    providers.mcp.addToken(token);
    providers.mcp.setTrouble({ kind: "hang" });
    const slow = submit(context, "MCP", "test");
    await asked("mcp");
    providers.mcp.setTrouble(null);
    await submit(context, "MCP", "rotate", { token });
    expect((await slow).answer.trouble?.errorClass).toBe("TIMEOUT");
    const { state, tests } = await detail(context, "MCP");
    expect(state).toBe("working");
    expect(tests.map(({ trigger, outcome }) => `${trigger} ${outcome}`).sort()).toEqual([
      "CONNECT FAILURE",
      "CONNECT SUCCESS",
      "CONNECT SUCCESS",
    ]);
  });

  it("answers 410 and stores nothing when the shop uninstalls while its provider is being asked", async () => {
    const context = await store();
    providers.bing.setTrouble({ kind: "late", ms: 300 });
    const connecting = connect(context, "BING");
    await asked("bing");
    await db().store.update({ where: { id: context.storeId }, data: { status: "UNINSTALLED" } });
    const { status, answer } = await connecting;
    providers.bing.setTrouble(null);
    expect(status).toBe(410);
    expect(answer.message).toContain("uninstalled");
    expect(await plaintext(context, "BING")).toBeNull();
  });

  it("answers 410 when the store is deleted while its provider is being asked", async () => {
    const context = await store();
    await connect(context, "BING");
    providers.bing.setTrouble({ kind: "late", ms: 300 });
    const testing = submit(context, "BING", "test");
    await asked("bing");
    await db().store.delete({ where: { id: context.storeId } });
    const { status } = await testing;
    providers.bing.setTrouble(null);
    expect(status).toBe(410);
    expect(await db().connectionEvent.count({ where: { storeId: context.storeId } })).toBe(0);
  });

  it("can be connected again when the stored secret cannot be opened", async () => {
    const context = await store();
    await connect(context, "BING");
    await db().storeSecret.updateMany({
      where: { storeId: context.storeId },
      data: { cipherText: "bk1.lost.." + "A".repeat(60) },
    });
    const { status, answer } = await submit(context, "BING", "test");
    expect({ status, answer }).toMatchObject({ status: 409, answer: { ok: false } });
    const rotated = await submit(context, "BING", "rotate", { apiKey: BING_KEY });
    expect(rotated).toMatchObject({
      status: 409,
      answer: { message: expect.stringContaining("Connect it anew") },
    });
    expect((await submit(context, "BING", "remind", { reminderDays: "30" })).status).toBe(200);
    expect((await connect(context, "BING")).status).toBe(200);
  });

  it("answers 400 to an unknown intent", async () => {
    expect((await submit(await store(), "GA4", "sell")).status).toBe(400);
  });
});

/** Every text of a credential, but those that name it. */
function secretStrings(plaintext: string): string[] {
  const {
    kind: _kind,
    clientEmail: _email,
    privateKeyId: _id,
    ...secrets
  } = JSON.parse(plaintext) as Record<string, string>;
  return Object.values(secrets);
}
