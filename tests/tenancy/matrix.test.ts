import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Db } from "~/platform/db/client.server";
import { createTestDatabase, eachDatabase, ENGINES } from "../support/databases";
import { tenantModels } from "../support/schema";
import { insertEmptyTenant, insertTenant, insertTenants, type Tenant } from "../support/tenant-rows";
import { connectDatabase } from "~/platform/db/client.server";
import { CALLS, NOT_SCOPED } from "./calls";

const methods = Object.entries(CALLS).flatMap(([repository, entry]) =>
  Object.entries(entry.methods).map(([method, call]) => {
    const creates = typeof call === "object";
    return { repository, method, creates, entry, call: creates ? call.creates : call };
  }),
);
type Method = (typeof methods)[number];

/** Everything of one tenant that is in the database, in every tenant table that the schema has. */
async function rowsOf(db: Db, { storeId }: Tenant): Promise<string> {
  const tables = tenantModels().map(({ name, fields }) => {
    const columns = fields.filter(({ kind }) => kind !== "object").map((field) => `quote(${field.name})`);
    const row = db.engine === "postgres" ? `to_jsonb("${name}")::text` : columns.join(" || ',' || ");
    return `SELECT '${name}' AS "table", "id", ${row} AS "row" FROM "${name}" WHERE "storeId" = '${storeId}'`;
  });
  return asText(await db.$queryRawUnsafe(`${tables.join(" UNION ALL ")} ORDER BY 1, 2`));
}

const asText = (value: unknown) =>
  JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? String(part) : part)) ?? "";

/** What a call by `caller` on the rows of `owner` answered, whose rows are in the answer, and whether it changed the owner's. */
async function observe(db: Db, { entry, call }: Method, caller: Tenant, owner: Tenant) {
  const before = await rowsOf(db, owner);
  let answer: unknown;
  try {
    answer = await call(entry.build(db, caller), owner);
  } catch (error) {
    answer = `refused: ${(error as { code?: string }).code}`;
  }
  const seen = new Set(asText(answer).match(MARKER));
  return {
    answer,
    sawItsOwn: seen.delete(caller.marker),
    sawOthers: seen.size > 0,
    changed: (await rowsOf(db, owner)) !== before,
  };
}

const MARKER = /store-\d+-[a-d]/g;

describe("the matrix", () => {
  it("covers every repository of the product, and every method of each", async () => {
    const files = readdirSync("app/features", { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".repository.server.ts"),
    );
    const found: string[] = [];
    for (const file of files) {
      const module = (await import(/* @vite-ignore */ join(process.cwd(), "app/features", file))) as Record<
        string,
        unknown
      >;
      for (const [name, exported] of Object.entries(module)) {
        if (typeof exported !== "function" || !/^class\s/.test(String(exported)) || NOT_SCOPED.includes(name))
          continue;
        found.push(name);
        const own = Object.getOwnPropertyNames(exported.prototype as object).filter(
          (method) => method !== "constructor",
        );
        expect(Object.keys(CALLS[name]?.methods ?? {}).sort(), name).toEqual(own.sort());
      }
    }
    expect(found.sort()).toEqual(Object.keys(CALLS).sort());
  });

  it("covers every tenant table of the schema", () => {
    const covered = new Set(Object.values(CALLS).flatMap((entry) => entry.models));
    expect(
      tenantModels()
        .map((model) => model.name)
        .filter((name) => !covered.has(name)),
    ).toEqual([]);
  });
});

eachDatabase("a repository", ({ db }) => {
  /** Four fresh stores for each method, so that no call sees what another one left */
  let stores: Tenant[];
  beforeAll(async () => {
    const markers = methods.flatMap((_, i) => ["a", "b", "c", "d"].map((letter) => `store-${i}-${letter}`));
    stores = await insertTenants(db(), markers);
  });

  describe.each(methods.map((method, i) => [method.repository, method.method, method, i] as const))(
    "%s.%s",
    (_repository, _name, method, i) => {
      it("neither shows nor changes anything of another store", async () => {
        const [caller, owner] = stores.slice(4 * i) as [Tenant, Tenant];
        const { sawOthers, changed } = await observe(db(), method, caller, owner);
        expect({ sawOthers, changed }).toEqual({ sawOthers: false, changed: false });
      });

      it("does its work for the store it was built for, so that the silence above means something", async () => {
        const owner = stores[4 * i + 2]!;
        const { answer, sawItsOwn, sawOthers, changed } = await observe(db(), method, owner, owner);
        const counted = /^[1-9]|^true|":[1-9]/.test(asText(answer));
        // Creating what the owner has already is refused by the unique key, which proves that the row was reached.
        const refused = asText(answer).includes("refused: P2002");
        expect({ works: sawItsOwn || changed || counted || refused, answer }).toMatchObject({ works: true });
        expect(sawOthers).toBe(false);
      });
    },
  );
});

type Delegate = Record<string, (query: Record<string, unknown>) => Promise<{ id: string } | null>>;

/** Updates whatever row the forgetful key finds. */
async function carelessUpsert(model: Delegate, query: Record<string, unknown>) {
  const found = await model.findFirst!({ where: query.where });
  return found
    ? model.update!({ where: { id: found.id }, data: query.update })
    : model.create!({ data: query.create });
}

/** A planted bug: a client that forgets which store it was asked about, in every `where` and in every WHERE. */
function forgetful(db: Db): Db {
  const forget = (where: Record<string, unknown> | undefined): Record<string, unknown> | undefined => {
    if (!where) return where;
    const { storeId: _s, shopDomain: _d, ...rest } = where;
    const compound = Object.entries(rest).find(
      ([key, value]) => key.includes("_") && value && typeof value === "object",
    );
    return compound ? forget(compound[1] as Record<string, unknown>) : rest;
  };
  const careless = (model: Delegate) =>
    new Proxy(model, {
      get:
        (target, operation: string) =>
        (query: Record<string, unknown> = {}) => {
          const forgotten = { ...query, where: forget(query.where as never) };
          if (operation === "findUnique") return target.findFirst!({ ...forgotten, orderBy: { id: "desc" } });
          if (operation === "upsert") return carelessUpsert(target, forgotten);
          if (/^(find|count|group|updateMany|deleteMany)/.test(operation))
            return target[operation]!(forgotten);
          return target[operation]!(query);
        },
    });
  return new Proxy(db, {
    get: (target, name: string) => {
      const value = (target as unknown as Record<string, unknown>)[name];
      if (/^\$(query|execute)RawUnsafe$/.test(name))
        return (text: string, ...values: unknown[]) =>
          (value as (text: string, ...values: unknown[]) => unknown).call(
            target,
            text.replace(/"(?:storeId|shopDomain)" = \?/g, "? IS NOT NULL"),
            ...values,
          );
      return /^[a-z]/.test(name) && value && typeof value === "object" ? careless(value as never) : value;
    },
  });
}

/** On SQLite alone: which engine it is makes no difference to a filter that is left out. */
if (ENGINES.includes("sqlite"))
  describe("a planted bug", () => {
    it("in any method that looks a row up, to read, change or replace it, is found by the matrix", async () => {
      const database = await createTestDatabase("sqlite");
      const db = await connectDatabase(database.url);
      const missed: string[] = [];
      for (const [i, method] of methods.filter(({ creates }) => !creates).entries()) {
        await db.store.deleteMany({});
        // A caller without a row of its own: whatever it is told then is somebody else's.
        const caller = await insertEmptyTenant(db, `store-${i}-a`);
        const owner = await insertTenant(db, `store-${i}-b`);
        const careless = await observe(forgetful(db), method, caller, owner);
        const honest = await observe(db, method, caller, owner);
        const found =
          careless.sawOthers || careless.changed || asText(careless.answer) !== asText(honest.answer);
        if (!found) missed.push(`${method.repository}.${method.method}`);
      }
      await db.$disconnect();
      await database.drop();
      expect(missed).toEqual([]);
      // Dozens of methods, each with two stores of its own
    }, 120_000);
  });
