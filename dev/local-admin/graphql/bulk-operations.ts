/**
 * Bulk operations: a query runs in the background without paging, its result becomes a JSONL file, and the app hears of
 * it by `bulk_operations/finish`.
 * Source: https://shopify.dev/docs/api/usage/bulk-operations/queries
 */
import { randomUUID } from "node:crypto";
import { connection, type PageArgs } from "./connection";
import type { QueryContext } from "./context";

export type BulkOperation = {
  id: string;
  status: "CREATED" | "RUNNING" | "COMPLETED" | "FAILED" | "CANCELED";
  query: string;
  errorCode: string | null;
  createdAt: string;
  completedAt: string | null;
  objectCount: number;
  rootObjectCount: number;
  /** What the result file holds once the operation is complete; `key` is the secret part of its address */
  result: { key: string; jsonl: string } | null;
};

type RunInBackground = () => Promise<{ data?: unknown; errors?: readonly unknown[] }>;

/** Shopify runs five bulk queries of one app and shop at once. */
const LIMIT = 5;

export class BulkOperations {
  readonly all: BulkOperation[] = [];

  constructor(
    private readonly origin: () => string,
    private readonly onFinish: (operation: BulkOperation) => void,
  ) {}

  /** @returns the new operation, or null when five are under way */
  start(query: string, run: RunInBackground, now: () => Date): BulkOperation | null {
    if (this.all.filter(isUnderWay).length >= LIMIT) return null;
    const operation: BulkOperation = {
      id: `gid://shopify/BulkOperation/${this.all.length + 1}`,
      status: "CREATED",
      query,
      errorCode: null,
      createdAt: now().toISOString(),
      completedAt: null,
      objectCount: 0,
      rootObjectCount: 0,
      result: null,
    };
    this.all.push(operation);
    setImmediate(() => void this.#work(operation, run, now));
    return operation;
  }

  cancel(id: string): BulkOperation | undefined {
    const operation = this.all.find((candidate) => candidate.id === id);
    if (operation && isUnderWay(operation)) operation.status = "CANCELED";
    return operation;
  }

  /** The result file behind the secret part of its address. */
  findResult(key: string): string | undefined {
    return this.all.find((operation) => operation.result?.key === key)?.result?.jsonl;
  }

  find(id: string): object | null {
    const operation = this.all.find((candidate) => candidate.id === id);
    return operation ? this.view(operation) : null;
  }

  latest(): object | null {
    const operation = this.all.at(-1);
    return operation ? this.view(operation) : null;
  }

  list(args: PageArgs, context: QueryContext) {
    const sortBy = (operation: BulkOperation) => Date.parse(operation.createdAt);
    return connection(
      { items: this.all, sortBy, idOf: ({ id }) => id, view: (operation) => this.view(operation) },
      args,
      context,
    );
  }

  view({ result, objectCount, rootObjectCount, ...operation }: BulkOperation): object {
    return {
      __typename: "BulkOperation",
      ...operation,
      type: "QUERY",
      objectCount: String(objectCount),
      rootObjectCount: String(rootObjectCount),
      fileSize: result ? String(Buffer.byteLength(result.jsonl)) : null,
      // An empty result has no file.
      url: result?.jsonl ? `${this.origin()}/bulk/${result.key}.jsonl` : null,
      partialDataUrl: null,
    };
  }

  async #work(operation: BulkOperation, run: RunInBackground, now: () => Date) {
    operation.status = "RUNNING";
    const { data, errors } = await run();
    if (operation.status !== "RUNNING") return;
    const lines = errors?.length ? [] : jsonLines(data);
    operation.status = errors?.length ? "FAILED" : "COMPLETED";
    operation.errorCode = errors?.length ? "INTERNAL_SERVER_ERROR" : null;
    operation.completedAt = now().toISOString();
    operation.objectCount = lines.length;
    operation.rootObjectCount = lines.filter((line) => line.__parentId === undefined).length;
    operation.result = {
      key: randomUUID(),
      jsonl: lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
    };
    this.onFinish(operation);
  }
}

function isUnderWay({ status }: BulkOperation): boolean {
  return status === "CREATED" || status === "RUNNING";
}

type Line = Record<string, unknown>;

/** Every node of every connection is a line of its own, after its parent, which it names in `__parentId`. */
export function jsonLines(data: unknown): Line[] {
  const lines: Line[] = [];
  collect(data, undefined, lines);
  return lines;
}

function collect(value: unknown, parentId: string | undefined, lines: Line[]) {
  for (const child of Object.values((value ?? {}) as Record<string, unknown>)) {
    const nodes = nodesOf(child);
    if (!nodes) {
      if (child && typeof child === "object" && !Array.isArray(child)) collect(child, parentId, lines);
      continue;
    }
    for (const node of nodes) {
      const own = withoutConnections(node) as Line;
      lines.push(parentId === undefined ? own : { ...own, __parentId: parentId });
      collect(node, typeof node.id === "string" ? node.id : parentId, lines);
    }
  }
}

function withoutConnections(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutConnections);
  if (!value || typeof value !== "object") return value;
  const kept = Object.entries(value).filter(([, child]) => !nodesOf(child));
  return Object.fromEntries(kept.map(([key, child]) => [key, withoutConnections(child)]));
}

function nodesOf(value: unknown): Line[] | undefined {
  if (!value || typeof value !== "object") return undefined;
  const { edges, nodes } = value as { edges?: { node: Line }[]; nodes?: Line[] };
  if (Array.isArray(edges)) return edges.map((edge) => edge.node);
  return Array.isArray(nodes) ? nodes : undefined;
}
