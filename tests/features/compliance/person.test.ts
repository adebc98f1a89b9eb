import { describe, expect, it } from "vitest";
import {
  isCustomer,
  isSamePerson,
  mayMention,
  mentions,
  personSchema,
  tellsOf,
} from "~/features/compliance/person";
import { readPayload } from "~/features/webhooks/payload";
import { ANN, customerRedact, fulfillment, order, strangersOrder } from "../../support/customer-payloads";

const read = (text: string) => personSchema.parse(readPayload(text));
const ann = read(customerRedact("a.myshopify.com"));
const nobody = { customerId: null, email: null, phone: null, orderIds: [] };

it("reads whom a request is about, with every digit of a long id", () => {
  expect(ann).toEqual({ customerId: ANN.id, email: ANN.email, phone: ANN.phone, orderIds: [ANN.order] });
});

it("reads a request that names nobody", () => {
  expect(read(`{"customer":null}`)).toEqual(nobody);
  expect(read(`{}`)).toEqual(nobody);
});

describe("a payload", () => {
  const said = (topic: string, text: string, person = ann) => mentions(person, topic, readPayload(text));

  it.each([
    ["an order's customer", "orders/create", `{"customer":{"id":${ANN.id}}}`],
    ["a customer's own payload", "customers/update", `{"id":${ANN.id}}`],
    ["a GID", "bulk_operations/finish", `{"x":["${ANN.gid}"]}`],
    ["an e-mail address in other case", "orders/create", `{"note":"write to ANN.LEE@example.COM, please"}`],
    [
      "a phone number in another spelling",
      "orders/create",
      `{"shipping_address":{"phone":"(030) 5550-1234"}}`,
    ],
    ["her order's id", "refunds/create", `{"order_id":${ANN.order}}`],
    ["her order's own payload", "orders/updated", `{"id":${ANN.order}}`],
    ["another request about her order", "customers/redact", `{"orders_to_redact":[1,${ANN.order}]}`],
    ["a whole order", "orders/create", order],
    ["a parcel of her order", "fulfillments/create", fulfillment],
  ])("is about the customer by %s", (_, topic, text) => {
    expect(said(topic, text)).toBe(true);
    expect(mayMention(ann)(text)).toBe(true);
  });

  it.each([
    ["the same number is a line's id", "orders/create", `{"line_items":[{"id":${ANN.id}}]}`],
    ["the same number is a product's id", "products/update", `{"id":${ANN.order}}`],
    ["an order's id differs in its last digit", "refunds/create", `{"order_id":820982911946154509}`],
    ["an address ends like hers", "orders/create", `{"email":"joann.lee@example.com"}`],
    ["an address begins like hers", "orders/create", `{"email":"ann.lee@example.com.au"}`],
    ["a phone number has other digits", "orders/create", `{"phone":"+49 30 5550 1235"}`],
    ["it is a stranger's order", "orders/create", strangersOrder],
  ])("is not when %s", (_, topic, text) => {
    expect(said(topic, text)).toBe(false);
  });

  it("is not overlooked for being escaped", () => {
    const escaped = `{"email":"ann\\u002elee\\u0040example.com"}`;
    expect(mayMention(ann)(escaped)).toBe(true);
    expect(said("orders/create", escaped)).toBe(true);
  });

  it("is about nobody when nobody is asked for", () => {
    expect(said("orders/create", order, nobody)).toBe(false);
    expect(mayMention(nobody)(order)).toBe(false);
  });
});

describe("a ticket", () => {
  it.each([
    [{ customerGid: ANN.gid, customerEmail: null }, true],
    [{ customerGid: null, customerEmail: "ANN.LEE@EXAMPLE.COM " }, true],
    [{ customerGid: `${ANN.gid}0`, customerEmail: null }, false],
    [{ customerGid: null, customerEmail: "joann.lee@example.com" }, false],
    [{ customerGid: null, customerEmail: null }, false],
  ])("%j is hers: %s", (row, hers) => {
    expect(isCustomer(ann, row)).toBe(hers);
    expect(isCustomer(nobody, row)).toBe(false);
  });
});

it("knows the same person by id, address or number, and nobody as nobody", () => {
  expect(isSamePerson(ann, { ...nobody, customerId: ANN.id })).toBe(true);
  expect(isSamePerson(ann, { ...nobody, email: "Ann.Lee@example.com" })).toBe(true);
  expect(isSamePerson(ann, { ...nobody, phone: "0049 30 55501234" })).toBe(true);
  expect(isSamePerson(ann, { ...nobody, customerId: "1", email: "bob@example.com" })).toBe(false);
  expect(isSamePerson(nobody, nobody)).toBe(false);
});

it("finds her in a text by address, number as she writes it, and GID", () => {
  const tells = tellsOf(ann);
  for (const text of [ANN.gid, `to ${ANN.email}.`, `call ${ANN.phone}`]) expect(tells(text)).toBe(true);
  for (const text of ["", "Mug", ANN.id, "joann.lee@example.com"]) expect(tells(text)).toBe(false);
});
