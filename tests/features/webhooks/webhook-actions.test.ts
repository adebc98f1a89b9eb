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

  it("tells first, and changes nothing before it is confirmed", async () => {
    const { status, answer } = await submit({ intent: "replay", status: "DEAD" });
    expect([status, answer.ok, answer.message]).toEqual([200, true, ""]);
    expect(answer.preview).toMatchObject({ count: 1, topics: [{ topic: "orders/updated", count: 1 }] });
    expect((await dead()).status).toBe("DEAD");
  });

  it("replays once it is, by the one at the screen", async () => {
    const { answer } = await submit({ intent: "replay", status: "DEAD", confirmed: "yes" });
    expect(answer).toEqual({ ok: true, message: "1 delivery will run again" });
    expect(await dead()).toMatchObject({ status: "RECEIVED", replayedBy: ME });
  });

  it("dismisses one, and says so when there was nothing left to", async () => {
    const fields = { intent: "dismiss", webhookId: tenant.deadWebhook, confirmed: "yes" };
    expect((await submit(fields)).answer).toEqual({ ok: true, message: "1 delivery dismissed" });
    expect((await dead()).lastError).toMatch(`Dismissed by ${ME}: `);
    expect((await submit(fields)).answer.ok).toBe(false);
  });

  it.each([
    [{ intent: "replay", status: "NOPE", confirmed: "yes" }, /status is not known/],
    [{ intent: "erase" }, /action is not known/],
    [{}, /action is not known/],
    [{ intent: "send-test", topic: "app/uninstalled" }, /Choose one of the topics/],
    [{ intent: "send-test", topic: "shop/redact" }, /Choose one of the topics/],
  ])("refuses %j, and changes nothing", async (fields, message) => {
    const { status, answer } = await submit(fields);
    expect([status, answer.ok]).toEqual([400, false]);
    expect(answer.message).toMatch(message);
    expect((await dead()).status).toBe("DEAD");
  });

  it("answers 502 with a sentence when Shopify does not do its part", async () => {
    for (const intent of ["check", "repair"])
      expect(await submit({ intent })).toEqual({
        status: 502,
        answer: { ok: false, message: "Shopify does not answer; try again later." },
      });
  });

  it("passes on what the library throws to have the browser fetch a new token", async () => {
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

  it("tells what came of a test that did not arrive", async () => {
    const { status, answer } = await submit({ intent: "send-test", topic: "orders/updated" });
    expect([status, answer.ok, answer.test?.status]).toEqual([200, false, 0]);
    expect(answer.message).toMatch(/Nothing answers at http:\/\/127\.0\.0\.1:1\/webhooks/);
  });
});
