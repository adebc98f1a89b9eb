import { beforeEach, expect, it } from "vitest";
import { submitWebhookForm } from "~/features/webhooks/webhook-actions.server";
import type { Admin } from "~/platform/shopify/shopify.server";
import { eachDatabase } from "../../support/databases";
import { insertTenant, T0, type Tenant } from "../../support/tenant-rows";

const ME = "gid://shopify/StaffMember/1";
const silent = { graphql: () => Promise.reject(new TypeError("fetch failed")) } as unknown as Admin;

eachDatabase("the webhooks form", ({ db }) => {
  let tenant: Tenant;
  let names = 0;
  beforeEach(async () => {
    tenant = await insertTenant(db(), `form-${names++}`);
  });

  const submit = (fields: Record<string, string>, admin = silent) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    const store = { id: tenant.storeId, shopDomain: tenant.shopDomain };
    const test = {
      ...{ url: "http://127.0.0.1:1/webhooks", clientSecret: "s", apiVersion: "2026-07" },
      ...{ fetch: globalThis.fetch, newWebhookId: () => "test-1" },
    };
    return submitWebhookForm(
      { db: db(), store, admin, appUrl: "https://app.test", now: T0, actor: ME, test },
      form,
    );
  };
  const dead = () => db().webhookEvent.findUniqueOrThrow({ where: { webhookId: tenant.deadWebhook } });

  it("previews a replay, and changes nothing before the confirmation", async () => {
    const { status, answer } = await submit({ intent: "replay", status: "DEAD" });
    expect([status, answer.ok, answer.message]).toEqual([200, true, ""]);
    expect(answer.preview).toMatchObject({ count: 1, topics: [{ topic: "orders/updated", count: 1 }] });
    expect((await dead()).status).toBe("DEAD");
  });

  it("replays after the confirmation, with the actor", async () => {
    const { answer } = await submit({ intent: "replay", status: "DEAD", confirmed: "yes" });
    expect(answer).toEqual({ ok: true, message: "1 delivery will run again" });
    expect(await dead()).toMatchObject({ status: "RECEIVED", replayedBy: ME });
  });

  it("dismisses a delivery once, and reports when nothing was left", async () => {
    const fields = { intent: "dismiss", webhookId: tenant.deadWebhook, confirmed: "yes" };
    expect((await submit(fields)).answer.ok).toBe(true);
    expect((await dead()).lastError).toMatch(`Dismissed by ${ME}: `);
    expect((await submit(fields)).answer.ok).toBe(false);
  });

  it.each([
    [{ intent: "replay", status: "NOPE", confirmed: "yes" }],
    [{ intent: "erase" }],
    [{}],
    [{ intent: "send-test", topic: "app/uninstalled" }],
    [{ intent: "send-test", topic: "shop/redact" }],
  ])("answers 400 with a sentence to %j, and changes nothing", async (fields) => {
    const { status, answer } = await submit(fields);
    expect([status, answer.ok]).toEqual([400, false]);
    expect(answer.message).toMatch(/^[A-Z].*\.$/);
    expect((await dead()).status).toBe("DEAD");
  });

  it("answers 502 with a sentence when Shopify does not answer", async () => {
    for (const intent of ["check", "repair"])
      expect(await submit({ intent })).toEqual({
        status: 502,
        answer: { ok: false, message: "Shopify does not answer; try again later." },
      });
  });

  it("passes on the response that makes App Bridge fetch a new token", async () => {
    const bounce = new Response(null, {
      status: 401,
      headers: { "X-Shopify-Retry-Invalid-Session-Request": "1" },
    });
    const throwing = () => {
      throw bounce;
    };
    const admin = { graphql: async () => throwing() } as unknown as Admin;
    await expect(submit({ intent: "check" }, admin)).rejects.toBe(bounce);
  });

  it("reports a test that did not arrive", async () => {
    const { status, answer } = await submit({ intent: "send-test", topic: "orders/updated" });
    expect([status, answer.ok, answer.test?.status]).toEqual([200, false, 0]);
    expect(answer.message).toContain("http://127.0.0.1:1/webhooks");
  });
});
