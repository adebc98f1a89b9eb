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
  Kind,
  OperationTypeNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
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
  const mutations =
    costed.operation.operation === OperationTypeNode.MUTATION
      ? costed.operation.selectionSet.selections.length
      : 0;
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
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : costed.fragments[selection.name.value];
      const condition = fragment?.typeCondition && costed.schema.getType(fragment.typeCondition.name.value);
      const branchType = condition && isCompositeType(condition) ? condition : type;
      if (fragment) branches.push(selectionCost(costed, branchType, fragment.selectionSet, answer));
    }
  }
  const ofBranches = isAbstractType(type)
    ? Math.max(0, ...branches)
    : branches.reduce((sum, cost) => sum + cost, 0);
  return fields + ofBranches;
}

function fieldCost(
  costed: CostedOperation,
  parent: GraphQLCompositeType,
  field: FieldNode,
  answer: unknown,
): number {
  const type = "getFields" in parent ? parent.getFields()[field.name.value]?.type : undefined;
  const named = type && getNamedType(type);
  if (!type || !named || !isCompositeType(named) || !field.selectionSet) return 0;
  const value = answer === undefined ? undefined : valueOf(answer, field.alias?.value ?? field.name.value);
  if (value === null) return 0;
  const size = pageSize(field, costed.variables);
  if (named.name.endsWith("Connection")) {
    const parts = field.selectionSet.selections.filter((part) => part.kind === Kind.FIELD);
    return 2 + Math.max(0, ...parts.map((part) => nodesCost(costed, named, part, value, size)));
  }
  return objectsCost(costed, named, field.selectionSet, value, isListType(getNullableType(type)) ? size : 1);
}

/** All nodes of a connection, asked for as `nodes` or as `edges { node }`; its other fields are free. */
function nodesCost(
  costed: CostedOperation,
  connection: GraphQLCompositeType,
  part: FieldNode,
  value: unknown,
  size: number,
): number {
  const type = "getFields" in connection ? connection.getFields()[part.name.value]?.type : undefined;
  const named = type && getNamedType(type);
  if (!named || !isCompositeType(named) || !part.selectionSet) return 0;
  const items = value === undefined ? undefined : valueOf(value, part.alias?.value ?? part.name.value);
  if (part.name.value === "nodes") return objectsCost(costed, named, part.selectionSet, items, size);
  if (part.name.value !== "edges") return 0;
  // An edge itself is free: what it costs is its node.
  if (Array.isArray(items))
    return items.reduce((sum, edge) => sum + selectionCost(costed, named, part.selectionSet!, edge), 0);
  return size * selectionCost(costed, named, part.selectionSet, undefined);
}

/** 1 for each object and what is selected in it: of those that came back, or of the `expected` ones before the query ran. */
function objectsCost(
  costed: CostedOperation,
  type: GraphQLCompositeType,
  set: SelectionSetNode,
  value: unknown,
  expected: number,
): number {
  if (value === undefined) return expected * (1 + selectionCost(costed, type, set, undefined));
  const objects = (Array.isArray(value) ? value : [value]).filter((object) => object !== null);
  return objects.reduce((sum: number, object) => sum + 1 + selectionCost(costed, type, set, object), 0);
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

function valueOf(answer: unknown, key: string): unknown {
  return (answer as Record<string, unknown> | undefined)?.[key] ?? null;
}
