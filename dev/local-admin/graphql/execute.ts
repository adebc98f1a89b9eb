/** One request to the Admin API, from the text of the document to Shopify's answer. */
import {
  defaultFieldResolver,
  execute,
  getNamedType,
  getOperationAST,
  GraphQLError,
  Kind,
  parse,
  validate,
  type DocumentNode,
  type ExecutionResult,
  type FragmentDefinitionNode,
  type GraphQLFieldResolver,
} from "graphql";
import { adminSchema } from "./admin-schema";
import type { QueryContext } from "./context";
import { actualCost, MAX_QUERY_COST, requestedCost, type CostedOperation } from "./query-cost";
import { mutationRoot, queryRoot } from "./root";
import { shopifyErrors, syntaxError } from "./shopify-errors";
import type { Throttle } from "./throttle";

export type AdminRequest = {
  query: string;
  variables?: Record<string, unknown> | null;
  operationName?: string | null;
};

export type AdminAnswer = {
  data?: unknown;
  errors?: object[];
  extensions?: { cost?: object; search?: object[] };
};

/** Everything is answered with HTTP 200, a throttled or an invalid document included. */
export async function answerAdminRequest(
  request: AdminRequest,
  context: QueryContext,
  throttle: Throttle,
): Promise<AdminAnswer> {
  const { schema } = adminSchema();
  let document: DocumentNode;
  try {
    document = parse(request.query);
  } catch (error) {
    return { errors: [syntaxError(error)] };
  }
  const invalid = validate(schema, document);
  if (invalid.length) return { errors: shopifyErrors(invalid) };

  const operation = getOperationAST(document, request.operationName);
  if (!operation) return { errors: [{ message: "An operation name is required" }] };
  const costed: CostedOperation = {
    schema,
    operation,
    fragments: fragmentsOf(document),
    variables: request.variables ?? {},
  };
  const requestedQueryCost = requestedCost(costed);
  if (requestedQueryCost > MAX_QUERY_COST) return { errors: [tooDear(requestedQueryCost)] };
  const cost = (actualQueryCost: number | null) => ({
    cost: { requestedQueryCost, actualQueryCost, throttleStatus: throttle.status() },
  });
  if (!throttle.admits(requestedQueryCost)) return { errors: [THROTTLED], extensions: cost(null) };

  const { data, errors } = await run(document, context, request);
  const actual = actualCost(costed, data);
  throttle.take(actual);
  return {
    data,
    ...(errors?.length && { errors: errors.map((error) => error.toJSON()) }),
    extensions: { ...cost(actual), ...searchExtension(context) },
  };
}

async function run(
  document: DocumentNode,
  context: QueryContext,
  request?: AdminRequest,
): Promise<ExecutionResult> {
  return execute({
    schema: adminSchema().schema,
    document,
    rootValue: { ...queryRoot(context), ...mutationRoot(context, run) },
    contextValue: context,
    variableValues: request?.variables,
    operationName: request?.operationName,
    fieldResolver,
  });
}

/** Denies what the token's scopes do not open, and names a field that the local Shopify does not hold, rather than inventing null. */
const fieldResolver: GraphQLFieldResolver<Record<string, unknown>, QueryContext> = (
  source,
  args,
  context,
  info,
) => {
  const named = getNamedType(info.returnType).name.replace(/Connection$/, "");
  const { scopesOf } = adminSchema();
  for (const wanted of [scopesOf(info.parentType.name, info.fieldName), scopesOf(named)])
    if (wanted.length && !wanted.some((scope) => grants(context.scopes, scope)))
      throw accessDenied(info.fieldName, wanted);
  if (!(info.fieldName in source))
    throw new GraphQLError(
      `The local Shopify does not hold ${info.parentType.name}.${info.fieldName}; add it in dev/local-admin/graphql.`,
      { extensions: { code: "NOT_HELD_LOCALLY" } },
    );
  return defaultFieldResolver(source, args, context, info);
};

function grants(granted: readonly string[], scope: string): boolean {
  return granted.includes(scope) || granted.includes(scope.replace(/^read_/, "write_"));
}

function accessDenied(field: string, scopes: readonly string[]): GraphQLError {
  const requiredAccess = `${scopes.map((scope) => `\`${scope}\``).join(" or ")} access scope.`;
  return new GraphQLError(`Access denied for ${field} field. Required access: ${requiredAccess}`, {
    extensions: {
      code: "ACCESS_DENIED",
      documentation: "https://shopify.dev/api/usage/access-scopes",
      requiredAccess,
    },
  });
}

const THROTTLED = {
  message: "Throttled",
  extensions: { code: "THROTTLED", documentation: "https://shopify.dev/api/usage/rate-limits" },
};

function tooDear(cost: number) {
  return {
    message: `Query cost is ${cost}, which exceeds the single query max cost limit (${MAX_QUERY_COST}).`,
    extensions: {
      code: "MAX_COST_EXCEEDED",
      cost,
      maxCost: MAX_QUERY_COST,
      documentation: "https://shopify.dev/api/usage/rate-limits",
    },
  };
}

function fragmentsOf(document: DocumentNode): Record<string, FragmentDefinitionNode> {
  const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  return Object.fromEntries(fragments.map((fragment) => [fragment.name.value, fragment]));
}

function searchExtension({ searchWarnings }: QueryContext) {
  if (!searchWarnings.length) return {};
  return {
    search: searchWarnings.map(({ path, query, field }) => ({
      path: [path],
      query,
      warnings: [{ field, message: "Invalid search field for this query." }],
    })),
  };
}
