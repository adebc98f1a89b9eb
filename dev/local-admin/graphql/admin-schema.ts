import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { buildClientSchema, type GraphQLSchema, type IntrospectionQuery } from "graphql";

export const API_VERSION = "2026-07";

/** Shopify's own introspection of the Admin API, and the scopes that its types and fields ask for. */
export type AdminSchema = {
  schema: GraphQLSchema;
  /** Any one of these scopes opens the type or the field; an empty list asks for none */
  scopesOf: (typeName: string, fieldName?: string) => readonly string[];
};

type SchemaFile = {
  data: IntrospectionQuery;
  offline_scopes: { items: { typeName: string; fieldName?: string; offlineScopes: string[] }[] };
};

let cached: AdminSchema | undefined;

/** Read once, at the first query: 11 MB of JSON, about 0.2 s. */
export function adminSchema(): AdminSchema {
  return (cached ??= readAdminSchema());
}

function readAdminSchema(): AdminSchema {
  const file = new URL(`../../schema/admin_${API_VERSION}.json.gz`, import.meta.url);
  const { data, offline_scopes } = JSON.parse(gunzipSync(readFileSync(file)).toString()) as SchemaFile;
  const scopes = new Map<string, string[]>();
  for (const { typeName, fieldName, offlineScopes } of offline_scopes.items)
    if (offlineScopes.length) scopes.set(fieldName ? `${typeName}.${fieldName}` : typeName, offlineScopes);
  return {
    schema: buildClientSchema(data, { assumeValid: true }),
    scopesOf: (typeName, fieldName) => scopes.get(fieldName ? `${typeName}.${fieldName}` : typeName) ?? [],
  };
}
