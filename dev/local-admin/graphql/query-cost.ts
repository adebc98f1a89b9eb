/**
 * What a query costs by Shopify's published rules: scalars and enums nothing, an object 1, a mutation 10, an interface or
 * union the dearest of its selections, a connection 2 and its nodes times `first` or `last`.
 * Source: https://shopify.dev/docs/apps/build/apis/graphql-admin/rate-limits
 */
import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isListType,
  getNullableType,
  isObjectType,
  Kind,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type FieldNode,
  type SelectionSetNode,
} from "graphql";

export const MAX_QUERY_COST = 1000;

export type CostedOperation = {
  schema: GraphQLSchema;
  operation: OperationDefinitionNode;
  fragments: Record<string, FragmentDefinitionNode>;
  variables: Record<string, unknown>;
};

/** Before execution: every page is taken to be full. */
export function requestedCost(costed: CostedOperation): number {
  return operationCost(costed, undefined);
}

/** After execution: only what came back counts. */
export function actualCost(costed: CostedOperation, data: unknown): number {
  return operationCost(costed, data ?? {});
}

/** `answer` is undefined while the query has not run. */
function operationCost(costed: CostedOperation, answer: unknown): number {
  const root = costed.schema.getRootType(costed.operation.operation);
  if (!root) return 0;
  const mutations = costed.operation.operation === "mutation" ? costed.operation.selectionSet.selections.length : 0;
  return selectionCost(costed, root, costed.operation.selectionSet, answer) + mutations * 10;
}

function selectionCost(
  costed: CostedOperation,
  type: GraphQLCompositeType,
  set: SelectionSetNode,
  answer: unknown,
): number {
  let fields = 0;
  const branches: number[] = [];
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) fields += fieldCost(costed, type, selection, answer);
    else {
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : costed.fragments[selection.name.value];
      const condition = fragment?.typeCondition && costed.schema.getType(fragment.typeCondition.name.value);
      const branchType = condition && isCompositeType(condition) ? condition : type;
      if (fragment) branches.push(selectionCost(costed, branchType, fragment.selectionSet, answer));
    }
  }
  const ofBranches = isAbstractType(type) ? Math.max(0, ...branches) : branches.reduce((sum, cost) => sum + cost, 0);
  return fields + ofBranches;
}

function fieldCost(costed: CostedOperation, parent: GraphQLCompositeType, field: FieldNode, answer: unknown): number {
  const type = "getFields" in parent ? parent.getFields()[field.name.value]?.type : undefined;
  const named = type && getNamedType(type);
  if (!type || !named || !isCompositeType(named) || !field.selectionSet) return 0;
  const value = answer === undefined ? undefined : valueOf(answer, field.alias?.value ?? field.name.value);
  if (value === null) return 0;
  if (isObjectType(named) && named.name.endsWith("Connection")) {
    const perNode = field.selectionSet.selections.map((part) => nodeCost(costed, named, part as FieldNode));
    return 2 + (value === undefined ? pageSize(field, costed.variables) : nodesIn(value)) * Math.max(0, ...perNode);
  }
  const times = countOf(type, value, field, costed.variables);
  const inside = Array.isArray(value) ? value[0] : value;
  return times * (1 + selectionCost(costed, named, field.selectionSet, inside));
}

/** What one node of a connection costs, asked for as `nodes` or as `edges { node }`; other fields of it are free. */
function nodeCost(costed: CostedOperation, connection: GraphQLCompositeType, part: FieldNode): number {
  if (part.kind !== Kind.FIELD || !part.selectionSet || !("getFields" in connection)) return 0;
  if (part.name.value === "nodes") return fieldCostOnce(costed, connection, part);
  if (part.name.value !== "edges") return 0;
  const edge = getNamedType(connection.getFields().edges!.type) as GraphQLCompositeType;
  const nodes = part.selectionSet.selections.filter((s) => s.kind === Kind.FIELD && s.name.value === "node");
  return Math.max(0, ...nodes.map((node) => fieldCostOnce(costed, edge, node as FieldNode)));
}

function fieldCostOnce(costed: CostedOperation, parent: GraphQLCompositeType, field: FieldNode): number {
  const type = getNamedType((parent as { getFields(): Record<string, { type: GraphQLOutputType }> }).getFields()[field.name.value]!.type);
  return isCompositeType(type) && field.selectionSet
    ? 1 + selectionCost(costed, type, field.selectionSet, undefined)
    : 0;
}

function countOf(type: GraphQLOutputType, value: unknown, field: FieldNode, variables: Record<string, unknown>): number {
  if (Array.isArray(value)) return value.length;
  return value === undefined && isListType(getNullableType(type)) ? pageSize(field, variables) : 1;
}

/** The size of the page that `first` or `last` asks for; 1 where neither is given. */
function pageSize(field: FieldNode, variables: Record<string, unknown>): number {
  for (const argument of field.arguments ?? []) {
    if (argument.name.value !== "first" && argument.name.value !== "last") continue;
    if (argument.value.kind === Kind.INT) return Number(argument.value.value);
    if (argument.value.kind === Kind.VARIABLE) return Number(variables[argument.value.name.value] ?? 1);
  }
  return 1;
}

function nodesIn(connection: unknown): number {
  const { nodes, edges } = connection as { nodes?: unknown[]; edges?: unknown[] };
  return nodes?.length ?? edges?.length ?? 0;
}

function valueOf(answer: unknown, key: string): unknown {
  return (answer as Record<string, unknown> | undefined)?.[key] ?? null;
}
