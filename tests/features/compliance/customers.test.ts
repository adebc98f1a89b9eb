/** customers/data_request and customers/redact from the delivery to its end, on both engines. */
import { beforeEach, expect, it } from "vitest";
import {
  countOverdue,
  listComplianceRequests,
  markNotSent,
  markSent,
} from "~/features/compliance/compliance.server";
import { downloadReport } from "~/features/compliance/data-report.server";
import { openSubject, sealSubject } from "~/features/compliance/record-request.server";
import { DAY_MS } from "~/platform/clock";
import type { Db } from "~/platform/db/client.server";
import { dump, scan } from "../../support/catalogue-scan";
import {
  ANN,
  customerRedact,
  dataRequest,
  fulfillment,
  order,
  strangersOrder,
} from "../../support/customer-payloads";
import { eachDatabase } from "../../support/databases";
import { attempt, cutAt, Killed, payloadText, storeDelivery } from "../../support/attempts";
import { insertTenant, T0, TEST_KEYS } from "../../support/tenant-rows";

const [DATA_REQUEST, REDACT] = ["customers/data_request", "customers/redact"];
const days = (count: number) => new Date(T0.getTime() + count * DAY_MS);
/** In this order: what was committed in between must be found again. */
const sorted = (counts: Record<string, number>) => Object.fromEntries(Object.entries(counts).sort());

let shops = 0;

/** A shop with Ann's rows, and beside each of them a stranger's. */
async function shopOfAnn(db: Db) {
  const tenant = await insertTenant(db, `hers-${shops++}-${db.engine}`);
  const { storeId, shopDomain } = tenant;
  const ticket = (customer: object, words: string) =>
    db.ticket.create({
      data: {
        ...{
          storeId,
          channel: "EMAIL",
          subject: words,
          tags: [words],
          metadata: { words },
          lastMessageAt: T0,
        },
        ...{ customerGid: null, customerEmail: null, customerName: words, ...customer },
      },
    });
  const say = (ticketId: string, kind: "CUSTOMER" | "AI_DRAFT" | "HUMAN" | "NOTE", body: string) =>
    db.ticketMessage.create({
      data: {
        storeId,
        ticketId,
        kind,
        author: kind !== "CUSTOMER" ? "Nora" : body.startsWith("Ann") ? "Ann Lee" : "Jo Vogt",
        body,
        metadata: { body },
        writtenAt: T0,
      },
    });
  const byMail = await ticket({ customerEmail: "ANN.lee@Example.com" }, "Ann's words");
  const byId = await ticket({ customerGid: ANN.gid }, "Ann's words");
  await say(byMail.id, "CUSTOMER", "Ann's words");
  await say(byMail.id, "HUMAN", "Dear Ann");
  await say(byId.id, "NOTE", "Ann was angry");
  const drafted = await say(byId.id, "AI_DRAFT", "Dear Ann");
  await db.aiDraft.create({
    data: {
      ...{ storeId, messageId: drafted.id, model: "m", version: "1", text: "Dear Ann" },
      ...{ humanEdit: "Hi Ann", feedback: "Ann likes it", rewardScore: 0.5 },
    },
  });
  const stranger = await ticket({ customerEmail: "joann.lee@example.com" }, "A stranger's words");
  await say(stranger.id, "CUSTOMER", "A stranger's words");
  const flag = (rule: string, orderGid: string, customerName: string) =>
    db.orderFlag.create({
      data: {
        ...{
          storeId,
          rule,
          orderGid,
          orderName: "#1001",
          severity: "INFO",
          customerName,
          note: `Called ${customerName}`,
        },
        ...{ orderTotalMinor: 5980n, currency: "EUR", orderPlacedAt: T0, orderUpdatedAt: T0 },
        evidence: {
          measured: rule === "HIGH_VALUE" ? "€59.80" : "1 Chestnut Street",
          threshold: "t",
          facts: [],
        },
      },
    });
  await flag("HIGH_VALUE", ANN.orderGid, "Ann Lee");
  await flag("ADDRESS_MISMATCH", ANN.orderGid, "Ann Lee");
  await flag("HIGH_VALUE", "gid://shopify/Order/450789469", "Jo Vogt");
  const events = {
    order: await storeDelivery(db, {
      topic: "orders/create",
      shopDomain,
      payload: order,
      status: "SUCCEEDED",
    }),
    parcel: await storeDelivery(db, {
      topic: "fulfillments/create",
      shopDomain,
      payload: fulfillment,
      status: "DEAD",
    }),
    stranger: await storeDelivery(db, {
      topic: "orders/create",
      shopDomain,
      payload: strangersOrder,
      status: "SUCCEEDED",
    }),
  };
  return { ...tenant, byMail: byMail.id, byId: byId.id, stranger: stranger.id, events };
}

const FOUND = { OrderFlag: 2, Ticket: 2, TicketMessage: 3, WebhookEvent: 2 };
const REDACTED = { ...FOUND, AiDraft: 1, TicketMessage: 4 };
const NORA = "gid://shopify/StaffMember/1";
const PAUL = "gid://shopify/StaffMember/2";
const listLines = (db: Db, shopDomain: string, actor = NORA) =>
  listComplianceRequests(db, TEST_KEYS, shopDomain, actor);
const requestsOf = (db: Db, shopDomain: string) => db.complianceRequest.findMany({ where: { shopDomain } });

eachDatabase("customers/data_request", ({ db }) => {
  let ann: Awaited<ReturnType<typeof shopOfAnn>>;
  beforeEach(async () => {
    ann = await shopOfAnn(db());
  });
  const ask = (payload = dataRequest(ann.shopDomain), more: object = {}) =>
    storeDelivery(db(), { topic: DATA_REQUEST, shopDomain: ann.shopDomain, payload, ...more });
  const store = () => ({ id: ann.storeId, shopDomain: ann.shopDomain, ianaTimezone: "Europe/Berlin" });
  const fetchReport = (requestId: string, format: "html" | "json", now = days(1)) =>
    downloadReport(db(), TEST_KEYS, store(), { requestId, format, actor: NORA, now });
  const download = async (id: string, now = days(1)) => {
    const report = await fetchReport(id, "json", now);
    return report.outcome === "report" ? (JSON.parse(report.text) as Record<string, never>) : report.outcome;
  };
  const page = async (id: string) => {
    const report = await fetchReport(id, "html");
    return report.outcome === "report" ? report.text : report.outcome;
  };
  const recorded = async () => {
    await attempt(db(), await ask());
    return (await requestsOf(db(), ann.shopDomain))[0]!;
  };
  const sent = (requestId: string, actor = NORA, now = days(3), shopDomain = ann.shopDomain) =>
    markSent(db(), { shopDomain, requestId, actor, now });
  const notSent = (requestId: string, shopDomain = ann.shopDomain) =>
    markNotSent(db(), { shopDomain, requestId });

  it("is one request, due in 30 days, which says only under the cipher whom it is about", async () => {
    const event = await ask();
    expect(await attempt(db(), event)).toBe("done");
    const [request, ...more] = await requestsOf(db(), ann.shopDomain);
    expect(more).toEqual([]);
    expect(request).toMatchObject({ topic: "CUSTOMERS_DATA_REQUEST", status: "RECEIVED", closedAt: null });
    expect(request!.dueAt).toEqual(days(30));
    expect(request!.subject).toMatch(/^bk1\.test\./);
    expect(JSON.stringify(request)).not.toMatch(/ann\b|207119551|820982911946154508|5550/i);
    expect(await openSubject(TEST_KEYS, request!)).toEqual({
      ...{ customerId: ANN.id, email: ANN.email, phone: ANN.phone, orderIds: [ANN.order] },
    });
    expect(await payloadText(db(), event)).not.toMatch(/ann\b|207119551|820982911946154508|5550/i);
  });

  it("stays one request when it is delivered, or replayed, again", async () => {
    const event = await ask(undefined, { webhookId: `again-${ann.shopDomain}` });
    await attempt(db(), event);
    const before = await requestsOf(db(), ann.shopDomain);
    expect(await attempt(db(), event)).toBe("done");
    await db().webhookEvent.delete({ where: { id: event } });
    expect(await attempt(db(), await ask(undefined, { webhookId: `again-${ann.shopDomain}` }))).toBe("done");
    expect(await requestsOf(db(), ann.shopDomain)).toEqual(before);
  });

  it("gives the merchant every row about the customer, and no other, from what is there at that moment", async () => {
    await attempt(db(), await ask());
    const [request] = await requestsOf(db(), ann.shopDomain);
    const report = await download(request!.id);
    expect(report).toMatchObject({
      shop: ann.shopDomain,
      customer: { email: ANN.email, orderIds: [ANN.order] },
      found: FOUND,
      orderChecks: [{ customerName: "Ann Lee" }, { customerName: "Ann Lee" }],
      notices: [{ topic: "orders/create" }, { topic: "fulfillments/create" }],
    });
    const text = JSON.stringify(report);
    for (const words of ["Ann's words", "Ann was angry", "Dear Ann", "Called Ann Lee", "Ring twice"])
      expect(text).toContain(words);
    expect(text).not.toMatch(/stranger|Vogt|joann/i);
    expect(text).not.toContain(ann.storeId);

    await db().ticket.delete({ where: { id: ann.byMail } });
    expect(await download(request!.id)).toMatchObject({ found: { Ticket: 1, TicketMessage: 1 } });
  });

  it("tells the customer neither of drafts that were not sent nor of the model, in both forms", async () => {
    const { id } = await recorded();
    const json = JSON.stringify(await download(id));
    const html = await page(id);
    for (const text of [json, html])
      expect(text).not.toMatch(/Hi Ann|Ann likes it|rewardScore|"model"|metadata|StaffMember|Nora/);
    await db().ticketMessage.updateMany({
      where: { storeId: ann.storeId, kind: "AI_DRAFT" },
      data: { sentAt: T0, body: "It is on its way" },
    });
    expect(JSON.stringify(await download(id))).toContain("It is on its way");
    expect(await page(id)).toContain("It is on its way");
  });

  it("has a report that a person can read, with all that is told of them and no markup of theirs", async () => {
    await db().ticketMessage.updateMany({
      where: { ticketId: ann.byMail, kind: "CUSTOMER" },
      data: { body: `Ann's words <img src=x onerror="alert(1)"> & more` },
    });
    const html = await page((await recorded()).id);
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).not.toMatch(/<img|<script/);
    for (const words of [
      ...["Ann&#39;s words &lt;img src=x onerror=&quot;alert(1)&quot;&gt; &amp; more", "The shop, to itself"],
      ...["Order #1001: High value", "€59.80", "Called Ann Lee", "Order create", "1 Chestnut Street"],
      ...["Ring twice", "203.0.113.7", "1Z5550", "What was searched"],
    ])
      expect(html).toContain(words);
    expect(html).not.toMatch(/stranger|Vogt|joann|Nothing is stored/i);
    expect(html).not.toContain(ann.storeId);
  });

  it("about whom nothing is stored has a report that says so", async () => {
    const ofStranger = dataRequest(ann.shopDomain)
      .replaceAll(ANN.id, "99")
      .replaceAll(ANN.order, "98")
      .replaceAll(ANN.email, "new@example.org")
      .replaceAll(ANN.phone, "+1 212 000 0000");
    await attempt(db(), await ask(ofStranger));
    const [request] = await requestsOf(db(), ann.shopDomain);
    expect(await page(request!.id)).toContain("Nothing is stored about you.");
    expect(await sent(request!.id)).toBe("done");
  });

  it("names its customer to the merchant, masked", async () => {
    await recorded();
    expect(await listLines(db(), ann.shopDomain)).toMatchObject([
      {
        customer: {
          label: "a•••@example.com · phone •••34 · no. 207119551",
          url: "shopify://admin/customers/207119551",
        },
      },
    ]);
  });

  it("whose subject is damaged is listed, and has no report", async () => {
    const { id, subject } = await recorded();
    await db().complianceRequest.update({
      where: { id },
      data: { subject: subject!.replace(/.{8}$/, "AAAAAAAA") },
    });
    expect(await listLines(db(), ann.shopDomain)).toMatchObject([
      { id, customer: { label: expect.stringContaining("cannot be read") } },
    ]);
    expect(await download(id)).toBe("unreadable");
    expect(await db().complianceRequest.findUnique({ where: { id } })).toMatchObject({ downloadedAt: null });
  });

  it("hands over ids to their last digit", async () => {
    await attempt(db(), await ask());
    const [request] = await requestsOf(db(), ann.shopDomain);
    const report = await fetchReport(request!.id, "json");
    expect(report).toMatchObject({ outcome: "report", fileName: "customer-data-2026-11-16.json" });
    expect(report.outcome === "report" && report.text).toMatch(/"variant_id": 43729076123456789\b/);
  });

  it("stays open after a download, counts as overdue, and is closed once it was sent", async () => {
    await db().complianceRequest.deleteMany();
    const { id } = await recorded();
    await download(id, days(1));
    await download(id, days(2));
    expect(await listLines(db(), ann.shopDomain, PAUL)).toMatchObject([
      {
        ...{ status: "RECEIVED", closedAt: null, rows: 9, sentAt: null, hasReport: true },
        ...{ downloadedAt: days(2).toISOString(), downloadedBy: "a colleague" },
      },
    ]);
    expect(await countOverdue(db(), days(31))).toBe(1);
    expect(await sent(id)).toBe("done");
    expect(await countOverdue(db(), days(31))).toBe(0);
    const at = days(3).toISOString();
    expect(await listLines(db(), ann.shopDomain)).toMatchObject([
      { status: "COMPLETED", closedAt: at, sentAt: at, sentBy: "you", hasReport: true },
    ]);
    expect(await requestsOf(db(), ann.shopDomain)).toMatchObject([{ result: { found: FOUND } }]);
  });

  it("is sent once, whichever of two tabs says so first", async () => {
    const { id } = await recorded();
    expect(await sent(id, NORA, days(3), "another.myshopify.com")).toBe("unknown");
    const told = await Promise.all([sent(id, NORA), sent(id, NORA, days(4))]);
    expect(told.sort()).toEqual(["before", "done"]);
    const [first] = await listLines(db(), ann.shopDomain);
    expect(await sent(id, PAUL, days(9))).toBe("before");
    expect(await listLines(db(), ann.shopDomain)).toEqual([first]);
  });

  it("is open again when it was not sent after all, with the day it was due", async () => {
    const { id, dueAt } = await recorded();
    expect(await notSent(id)).toBe("open");
    await download(id);
    await sent(id);
    expect(await notSent(id, "another.myshopify.com")).toBe("unknown");
    expect(await notSent(id)).toBe("done");
    expect(await notSent(id)).toBe("open");
    expect(await requestsOf(db(), ann.shopDomain)).toMatchObject([
      { status: "RECEIVED", closedAt: null, sentAt: null, sentBy: null, dueAt },
    ]);
    expect(await sent(id, NORA, days(5))).toBe("done");
    expect(await requestsOf(db(), ann.shopDomain)).toMatchObject([{ sentAt: days(5) }]);
  });

  it("cannot be opened again once its customer is erased, and is erased also when it was opened again", async () => {
    const erase = async () =>
      attempt(
        db(),
        await storeDelivery(db(), {
          ...{ topic: REDACT, shopDomain: ann.shopDomain, payload: customerRedact(ann.shopDomain) },
        }),
      );
    const first = await recorded();
    await sent(first.id);
    const again = (await attempt(db(), await ask()), await requestsOf(db(), ann.shopDomain)).find(
      ({ id }) => id !== first.id,
    )!;
    await sent(again.id);
    await notSent(again.id);
    await erase();
    expect(await notSent(first.id)).toBe("erased");
    expect(await sent(again.id)).toBe("closed");
    const rows = await requestsOf(db(), ann.shopDomain);
    expect(rows.find(({ id }) => id === first.id)).toMatchObject({ status: "COMPLETED", subject: null });
    expect(rows.find(({ id }) => id === again.id)).toMatchObject({ status: "SKIPPED", subject: null });
  });

  it("that an earlier version closed by a download says so, and can be opened again", async () => {
    const { id } = await recorded();
    await db().complianceRequest.update({
      where: { id },
      data: {
        ...{ status: "COMPLETED", closedAt: days(1) },
        result: { found: FOUND, handedOver: "downloaded" },
      },
    });
    expect(await listLines(db(), ann.shopDomain)).toMatchObject([
      { status: "COMPLETED", downloadedAt: days(1).toISOString(), sentAt: null },
    ]);
    expect(await notSent(id)).toBe("done");
    expect(await requestsOf(db(), ann.shopDomain)).toMatchObject([
      { status: "RECEIVED", result: { found: FOUND } },
    ]);
  });

  it("is no other shop's to download", async () => {
    await attempt(db(), await ask());
    const [request] = await requestsOf(db(), ann.shopDomain);
    const other = await insertTenant(db(), `other-${ann.marker}`);
    const report = await downloadReport(
      db(),
      TEST_KEYS,
      { ...store(), id: other.storeId, shopDomain: other.shopDomain },
      { requestId: request!.id, format: "html", actor: NORA, now: T0 },
    );
    expect(report).toEqual({ outcome: "unknown" });
    expect(await download("no-such-request")).toBe("unknown");
    expect(await listLines(db(), other.shopDomain)).toEqual([]);
  });

  it("is overdue the moment after its 30 days, and not before; closed it is never", async () => {
    await db().complianceRequest.deleteMany();
    await attempt(db(), await ask());
    expect(await countOverdue(db(), days(30))).toBe(0);
    expect(await countOverdue(db(), new Date(days(30).getTime() + 1))).toBe(1);
    const [request] = await requestsOf(db(), ann.shopDomain);
    await sent(request!.id, NORA, T0);
    expect(await countOverdue(db(), days(31))).toBe(0);
  });

  it("does nothing in the name of a shop that only the unsigned header names", async () => {
    const event = await ask(dataRequest("somebody-else.myshopify.com"));
    expect(await attempt(db(), event)).toEqual({ skipped: expect.stringContaining("names another shop") });
    expect(await requestsOf(db(), ann.shopDomain)).toEqual([]);
  });

  it.each([
    ["no shop", `{}`, "shop_domain: "],
    ["an order id that is none", `{"shop_domain":"$","orders_requested":["x y"]}`, "orders_requested.0: "],
  ])("fails by the field's name when it has %s", async (_, payload, named) => {
    const event = await ask(payload.replace("$", ann.shopDomain));
    await expect(attempt(db(), event)).rejects.toMatchObject({
      name: "PayloadError",
      message: expect.stringContaining(named),
    });
  });

  it("that names nobody is recorded and closed", async () => {
    const event = await ask(`{"shop_domain":"${ann.shopDomain}","customer":null}`);
    expect(await attempt(db(), event)).toEqual({ skipped: expect.stringContaining("names no customer") });
    expect(await listLines(db(), ann.shopDomain)).toMatchObject([
      { status: "SKIPPED", remark: expect.stringContaining("names no customer"), hasReport: false },
    ]);
  });

  it("is open, and says that it failed, while the keys are away; then it goes on", async () => {
    const away = { ...TEST_KEYS, current: () => Promise.reject(new Error("KMS away")) };
    const event = await ask();
    await expect(attempt(db(), event, { keys: away })).rejects.toThrow("KMS away");
    expect(await listLines(db(), ann.shopDomain)).toMatchObject([
      { status: "FAILED", remark: expect.stringContaining("did not get through"), hasReport: false },
    ]);
    expect(await attempt(db(), event)).toBe("done");
    expect(await listLines(db(), ann.shopDomain)).toMatchObject([
      { status: "RECEIVED", remark: null, hasReport: true },
    ]);
    const [request] = await requestsOf(db(), ann.shopDomain);
    expect(await download(request!.id)).toMatchObject({ found: FOUND });
    expect((await requestsOf(db(), ann.shopDomain))[0]!.result).not.toHaveProperty("error");
  });

  it("of a shop that nobody knows is closed at once when nothing is there, and stays open when something is", async () => {
    const shopDomain = `unknown-${ann.marker}.myshopify.com`;
    const payload = dataRequest(shopDomain);
    const send = () => storeDelivery(db(), { topic: DATA_REQUEST, shopDomain, payload });
    await attempt(db(), await send());
    expect(await requestsOf(db(), shopDomain)).toMatchObject([
      { status: "COMPLETED", result: { found: {} } },
    ]);
    await storeDelivery(db(), { topic: "orders/create", shopDomain, payload: order });
    await attempt(db(), await send());
    expect((await requestsOf(db(), shopDomain)).map(({ status }) => status).sort()).toEqual([
      ...["COMPLETED", "RECEIVED"],
    ]);
  });
});

eachDatabase("customers/redact", ({ db }) => {
  let ann: Awaited<ReturnType<typeof shopOfAnn>>;
  beforeEach(async () => {
    await db().complianceRequest.deleteMany();
    await db().webhookEvent.deleteMany();
    await db().store.deleteMany();
    ann = await shopOfAnn(db());
  });
  const send = (payload = customerRedact(ann.shopDomain), topic = REDACT) =>
    storeDelivery(db(), { topic, shopDomain: ann.shopDomain, payload });
  const TRACES = [
    ...ANN.traces.filter((trace) => trace !== "Ann" && trace !== "Lee"),
    "Ann's",
    "Dear Ann",
    "Hi Ann",
  ];
  /** "Ann" and "Lee" are in our markers and in "Joann Lee" too, so they are looked for as words of hers */
  const needles = [...TRACES, "Ann Lee", "angry", "Ann likes", ANN.gid].filter(
    (needle) => needle !== "ann.lee@example.com",
  );

  it("leaves no trace of the customer in any table, and everything of the stranger", async () => {
    expect(await scan(db(), needles)).toEqual(
      expect.arrayContaining([
        "Ticket.subject",
        "OrderFlag.note",
        "WebhookEvent.payload",
        "AiDraft.humanEdit",
      ]),
    );
    const event = await send();
    expect(await attempt(db(), event)).toBe("done");
    expect(await scan(db(), needles)).toEqual([]);
    const [request] = await requestsOf(db(), ann.shopDomain);
    expect(request).toMatchObject({ status: "COMPLETED", subject: null, closedAt: T0 });
    expect(request!.result).toEqual({ redacted: REDACTED });

    expect(await db().ticket.findUnique({ where: { id: ann.stranger } })).toMatchObject({
      ...{ subject: "A stranger's words", customerEmail: "joann.lee@example.com" },
    });
    expect(await payloadText(db(), ann.events.stranger)).toContain("joann.lee@example.com");
  });

  it("keeps what was sold and when, with ids to their last digit", async () => {
    await attempt(db(), await send());
    const text = await payloadText(db(), ann.events.order);
    expect(text).toMatch(/"id": ?820982911946154508\b/);
    expect(text).toMatch(/"variant_id": ?43729076123456789\b/);
    expect(JSON.parse(text)).toMatchObject({
      ...{ name: "#1001", total_price: "59.80", updated_at: "2026-11-16T14:00:00Z", customer: null },
      line_items: [{ sku: "MUG-1", quantity: 2 }],
    });
    expect(JSON.parse(await payloadText(db(), ann.events.parcel))).toMatchObject({ status: "success" });
    const flags = await db().orderFlag.findMany({ where: { storeId: ann.storeId, orderGid: ANN.orderGid } });
    expect(
      flags.map(({ rule, evidence, note, customerName }) => ({ rule, evidence, note, customerName })),
    ).toEqual(
      expect.arrayContaining([
        {
          rule: "HIGH_VALUE",
          note: null,
          customerName: null,
          evidence: expect.objectContaining({ measured: "€59.80" }),
        },
        { rule: "ADDRESS_MISMATCH", note: null, customerName: null, evidence: {} },
      ]),
    );
    expect(
      await db().ticket.findUnique({ where: { id: ann.byMail }, include: { messages: true } }),
    ).toMatchObject({
      ...{ status: "OPEN", customerEmail: null, customerName: null, tags: [], metadata: {} },
      messages: [{ author: null }, { author: "Nora" }],
    });
  });

  it("empties the deliveries that asked, and lets earlier requests forget whom they were about", async () => {
    await attempt(db(), await send(dataRequest(ann.shopDomain), DATA_REQUEST));
    const strangers = await db().complianceRequest.create({
      data: {
        ...{ id: `stranger-${ann.marker}`, shopDomain: ann.shopDomain, topic: "CUSTOMERS_DATA_REQUEST" },
        ...{ receivedAt: T0, dueAt: T0, result: {} },
      },
    });
    const subject = await sealSubject(TEST_KEYS, strangers, {
      ...{ customerId: "2071195510", email: null, phone: null, orderIds: [] },
    });
    await db().complianceRequest.update({ where: { id: strangers.id }, data: { subject } });

    const event = await send();
    await attempt(db(), event);
    expect(await payloadText(db(), event)).not.toMatch(/207119551|820982911946154508|ann\.lee/i);
    const requests = await requestsOf(db(), ann.shopDomain);
    const asked = requests.find(({ topic, id }) => topic === "CUSTOMERS_DATA_REQUEST" && id !== strangers.id);
    expect(asked).toMatchObject({
      ...{ status: "SKIPPED", subject: null, result: { reason: expect.stringContaining("erased before") } },
    });
    const report = await downloadReport(
      db(),
      TEST_KEYS,
      { id: ann.storeId, shopDomain: ann.shopDomain, ianaTimezone: "Europe/Berlin" },
      { requestId: asked!.id, format: "html", actor: NORA, now: T0 },
    );
    expect(report).toEqual({ outcome: "erased" });
    expect(requests.find(({ id }) => id === strangers.id)).toMatchObject({ status: "RECEIVED", subject });
  });

  it("leaves another redaction that waits its orders, which that one empties itself", async () => {
    const first = await send();
    const second = await send(customerRedact(ann.shopDomain).replaceAll(ANN.order, "450789469"));
    await attempt(db(), first);
    expect(await payloadText(db(), second)).toContain("450789469");
    await attempt(db(), second);
    expect(await payloadText(db(), second)).not.toMatch(/450789469|207119551/);
    expect(await db().orderFlag.count({ where: { storeId: ann.storeId, customerName: "Jo Vogt" } })).toBe(0);
  });

  it("empties a payload about the customer that nobody can read", async () => {
    const deep = `{"email":"${ANN.email}","x":${"[".repeat(40_000)}${"]".repeat(40_000)}}`;
    // Postgres refuses to store it.
    if (db().engine === "postgres") return;
    const id = await storeDelivery(db(), {
      topic: "orders/create",
      shopDomain: ann.shopDomain,
      payload: deep,
    });
    await attempt(db(), await send());
    expect(await payloadText(db(), id)).toBe("{}");
  });

  it("changes nothing of another shop, not even of the same customer", async () => {
    const other = await shopOfAnn(db());
    const own = (_table: string, row: Record<string, unknown>) =>
      row.storeId === ann.storeId || row.shopDomain === ann.shopDomain || row.id === ann.storeId;
    const before = await dump(db(), own);
    await attempt(db(), await send());
    expect(await dump(db(), own)).toEqual(before);
    expect(before.Ticket!.join()).toContain(other.storeId);
  });

  it("changes nothing the second time", async () => {
    const event = await send();
    await attempt(db(), event);
    const volatile = (table: string, row: Record<string, unknown>) =>
      table === "WebhookEvent" && row.id === event;
    const before = await dump(db(), volatile);
    expect(await attempt(db(), event)).toBe("done");
    expect(await dump(db(), volatile)).toEqual(before);
  });

  it("of a shop that nobody knows frees its deliveries", async () => {
    const shopDomain = `unknown-${ann.marker}.myshopify.com`;
    const id = await storeDelivery(db(), { topic: "orders/create", shopDomain, payload: order });
    const event = await storeDelivery(db(), {
      topic: REDACT,
      shopDomain,
      payload: customerRedact(shopDomain),
    });
    expect(await attempt(db(), event)).toBe("done");
    expect(JSON.parse(await payloadText(db(), id))).toMatchObject({ customer: null, email: null });
    expect(await requestsOf(db(), shopDomain)).toMatchObject([{ result: { redacted: { WebhookEvent: 1 } } }]);
  });

  it("ends the same when it is cut at any step and tried again", async () => {
    let cuts = 0;
    for (let n = 0, survived = false; !survived; n++)
      for (const where of ["inside", "after"] as const) {
        await db().complianceRequest.deleteMany();
        await db().webhookEvent.deleteMany();
        await db().store.deleteMany();
        ann = await shopOfAnn(db());
        await attempt(db(), await send(dataRequest(ann.shopDomain), DATA_REQUEST));
        const event = await send();
        try {
          await attempt(cutAt(db(), n, where), event);
          survived = true;
        } catch (error) {
          if (!(error instanceof Killed)) throw error;
          cuts += 1;
          await attempt(db(), event);
        }
        expect(await scan(db(), needles)).toEqual([]);
        const request = await db().complianceRequest.findFirstOrThrow({
          where: { topic: "CUSTOMERS_REDACT" },
        });
        expect(request).toMatchObject({ status: "COMPLETED", subject: null });
        const { redacted } = request.result as { redacted: Record<string, number> };
        expect(sorted(redacted)).toEqual({ ...sorted(REDACTED), ComplianceRequest: 1 });
      }
    // Tickets by either key, flags, payloads, the earlier request, and the end.
    expect(cuts).toBeGreaterThanOrEqual(10);
  });

  it("stops when its lease is lost, and marks nothing as failed", async () => {
    const event = await send();
    const lost = AbortSignal.abort(new Error("lease lost"));
    await expect(attempt(db(), event, { lost })).rejects.toThrow("lease lost");
    expect(await requestsOf(db(), ann.shopDomain)).toMatchObject([{ status: "RECEIVED" }]);
    expect(await scan(db(), ["Ann's"])).not.toEqual([]);
  });

  it("walks through more tickets and deliveries than a batch holds", async () => {
    const { storeId, shopDomain } = ann;
    await db().ticket.createMany({
      data: Array.from({ length: 1100 }, (_, i) => ({
        ...{
          storeId,
          channel: "EMAIL" as const,
          subject: i % 10 ? "other" : "Ann's",
          tags: [],
          metadata: {},
        },
        ...{ customerEmail: i % 10 ? `c${i}@example.com` : ANN.email, lastMessageAt: T0 },
      })),
    });
    await db().webhookEvent.createMany({
      data: Array.from({ length: 450 }, (_, i) => ({
        ...{
          webhookId: `many-${ann.marker}-${i}`,
          topic: "orders/updated",
          shopDomain,
          storeId,
          receivedAt: T0,
        },
        payload: { id: i, email: i % 3 ? `c${i}@example.com` : ANN.email },
      })),
    });
    await attempt(db(), await send());
    const [request] = await requestsOf(db(), shopDomain);
    expect(request!.result).toMatchObject({ redacted: { Ticket: 112, WebhookEvent: 152 } });
    expect(await scan(db(), ["Ann's"])).toEqual([]);
    expect(await db().ticket.count({ where: { storeId, subject: "other" } })).toBe(990);
  });
});
