import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

export type Field = {
  name: string;
  kind: "scalar" | "object" | "enum";
  type: string;
  isId: boolean;
  isUnique: boolean;
  isList: boolean;
  isRequired: boolean;
  isUpdatedAt: boolean;
  hasDefaultValue: boolean;
  default?: unknown;
  dbName?: string | null;
  nativeType?: unknown;
  relationFromFields?: string[];
  relationOnDelete?: string;
  documentation?: string;
};

export type Model = {
  name: string;
  dbName: string | null;
  documentation?: string;
  fields: Field[];
  uniqueFields: string[][];
  uniqueIndexes: unknown[];
  primaryKey: unknown;
};

export type Datamodel = {
  enums: { name: string; values: unknown[] }[];
  models: Model[];
  indexes?: unknown[];
};

const wasm = createRequire(import.meta.url)("@prisma/prisma-schema-wasm") as {
  get_dmmf(params: string): string;
};

/** By their text: Prisma takes a tenth of a second for one. */
const read = new Map<string, Datamodel>();

/** A schema file as Prisma itself understands it; the generated clients keep only part of this. */
export function readSchema(path: string): Datamodel {
  const prismaSchema = readFileSync(path, "utf8");
  const datamodel =
    read.get(prismaSchema) ??
    JSON.parse(wasm.get_dmmf(JSON.stringify({ prismaSchema, noColor: true }))).datamodel;
  read.set(prismaSchema, datamodel as Datamodel);
  return datamodel as Datamodel;
}

/** The tables that belong to the installation or to Shopify and not to one store; each says why in its comment. */
export const NOT_TENANT = ["Session", "Store", "RetentionRun", "ComplianceRequest", "JobLease"];

export const tenantModels = () =>
  readSchema("prisma/schema.prisma").models.filter((model) => !NOT_TENANT.includes(model.name));
