import { describe, expect, it } from "vitest";
import { readSchema, tenantModels, type Model } from "./support/schema";

const { models, enums } = readSchema("prisma/schema.prisma");

/** Shopify's own keys, which are unique over all stores. */
const SHOPIFY_KEYS = ["WebhookEvent.webhookId", "WebhookRegistry.shopDomain+topicKey"];

const scalar = (model: Model, name: string) => model.fields.find((field) => field.name === name);

function uniqueKeys(model: Model): string[][] {
  const single = model.fields.filter((field) => field.isUnique).map((field) => [field.name]);
  return [...single, ...model.uniqueFields.map((key) => [...key])];
}

describe.each(models.map((model) => [model.name, model] as const))("%s", (name, model) => {
  it("has id, createdAt and updatedAt, and a cuid for an id unless Shopify makes it", () => {
    expect(scalar(model, "createdAt")).toMatchObject({ type: "DateTime", hasDefaultValue: true });
    expect(scalar(model, "updatedAt")).toMatchObject({ type: "DateTime", isUpdatedAt: true });
    const id = scalar(model, "id");
    expect(id).toMatchObject({ isId: true, type: "String" });
    if (name !== "Session") expect(id?.default).toMatchObject({ name: "cuid" });
  });

  it("states its lifecycle and its lifetime", () => {
    expect(model.documentation).toMatch(/\nLifecycle: [^]*\nLifetime: /);
  });

  it("has the same table and column names in SQL as in the schema", () => {
    expect(model.dbName).toBeNull();
    for (const field of model.fields) expect(field.dbName ?? null).toBeNull();
  });

  it("is found in a statement by its capital, which no column has (platform/db/postgres-schema.ts)", () => {
    expect(name).toMatch(/^[A-Z]\w*$/);
    for (const field of model.fields) expect(field.name).toMatch(/^[a-z]\w*$/);
  });

  it("keeps money in BIGINT minor units beside a currency, and shop days as text", () => {
    for (const field of model.fields) {
      if (field.name.endsWith("Minor")) expect(field.type).toBe("BigInt");
      // A rate per day is no day.
      if (/(?<!Per)Day$/.test(field.name)) expect(field.type).toBe("String");
      if (field.name.endsWith("At")) expect(field.type).toBe("DateTime");
    }
    const hasMoney = model.fields.some((field) => field.name.endsWith("Minor"));
    if (hasMoney && name !== "PurchaseOrderLine") expect(scalar(model, "currency")?.type).toBe("String");
  });
});

describe.each(tenantModels().map((model) => [model.name, model] as const))(
  "the tenant table %s",
  (name, model) => {
    it("belongs to a store and is deleted with it", () => {
      const store = model.fields.find((field) => field.type === "Store");
      expect(store).toMatchObject({ relationFromFields: ["storeId"], relationOnDelete: "Cascade" });
    });

    it("has storeId in every unique key of its own", () => {
      for (const key of uniqueKeys(model)) {
        if (SHOPIFY_KEYS.includes(`${name}.${key.join("+")}`)) continue;
        expect(key, `unique key of ${name}`).toContain("storeId");
      }
    });

    it("refers to other tenant tables by store and id, so that no row can point into another store", () => {
      for (const field of model.fields.filter((f) => f.relationFromFields?.length && f.type !== "Store"))
        expect(field.relationFromFields, `${name}.${field.name}`).toContain("storeId");
    });
  },
);

it("the schema declares exactly the expected models", () => {
  expect(models.map((model) => model.name).sort()).toEqual(
    "AiDraft ComplianceRequest ConnectionEvent JobLease KpiCache OrderFlag ProductVelocity PurchaseOrder PurchaseOrderLine RetentionRun SeoInsight Session Store StoreSecret StoreSettings Ticket TicketMessage WebhookEvent WebhookRegistry".split(
      " ",
    ),
  );
});

it.each(enums.map(({ name }) => name))("the enum %s begins with a capital as well", (name) => {
  expect(name).toMatch(/^[A-Z]\w*$/);
});
