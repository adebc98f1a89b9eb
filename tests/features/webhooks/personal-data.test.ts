import { parse, stringify } from "lossless-json";
import { describe, expect, it } from "vitest";
import { maskPersonal, redactPersonal } from "~/features/webhooks/personal-data";
import { ANN, order } from "../../support/customer-payloads";

describe("a payload masked for a screen", () => {
  const masked = maskPersonal(JSON.parse(order)) as Record<string, unknown>;

  it("shows the order without names, addresses and numbers", () => {
    expect(masked).toMatchObject({
      name: "#1001",
      total_price: "59.80",
      email: "•••",
      note: "•••",
      browser_ip: "•••",
      customer: { id: 207119551, email: "•••", first_name: "•••", default_address: { city: "•••" } },
      shipping_address: { address1: "•••", zip: "•••", name: "•••" },
      line_items: [{ sku: "MUG-1", quantity: 2, properties: [{ name: "•••", value: "•••" }] }],
    });
    for (const text of ANN.traces) expect(JSON.stringify(masked)).not.toContain(text);
  });

  it("keeps empty values empty", () => {
    expect(masked).toMatchObject({ phone: null, customer: { note: "" } });
  });

  it("shows all of a product", () => {
    const product = { id: 1, title: "Mug", tags: "new", variants: [{ id: 2, title: "Red", sku: "MUG-1" }] };
    expect(maskPersonal(product)).toEqual(product);
  });

  it("hides everything of a customer's own payload but its id", () => {
    const customer = { id: 5, first_name: "Ann", last_name: "Lee", tags: "VIP", orders_count: 3 };
    expect(maskPersonal(customer)).toEqual({
      ...{ id: 5, first_name: "•••", last_name: "•••", tags: "•••", orders_count: "•••" },
    });
  });

  it.each([[null], ["text"], [7], [[]], [{}]])("is unchanged for %j", (payload) => {
    expect(maskPersonal(payload)).toEqual(payload);
  });
});

describe("a payload redacted for one person", () => {
  it("keeps every digit of ids, totals, instants and what was bought", () => {
    const text = stringify(redactPersonal(parse(order)))!;
    expect(text).toContain(`"id":820982911946154508`);
    expect(text).toContain(`"variant_id":43729076123456789`);
    expect(JSON.parse(text)).toMatchObject({
      name: "#1001",
      total_price: "59.80",
      updated_at: "2026-11-16T14:00:00Z",
      customer: null,
      shipping_address: null,
      email: null,
      note_attributes: [],
      line_items: [{ sku: "MUG-1", quantity: 2, price: "29.90", properties: [] }],
    });
    for (const trace of [...ANN.traces, ANN.id, "206179211"]) expect(text).not.toContain(trace);
  });

  it("is unchanged when it is redacted again", () => {
    const once = redactPersonal(parse(order));
    expect(stringify(redactPersonal(once))).toBe(stringify(once));
  });

  it("drops a text about the person anywhere, and keeps the others", () => {
    const payload = { tags: "for ann@example.com", title: "Mug", lines: ["ann@example.com", "Bob"] };
    expect(redactPersonal(payload, (text) => text.includes("ann@example.com"))).toEqual({
      ...{ tags: null, title: "Mug", lines: [null, "Bob"] },
    });
  });
});
