/** One question to the Admin GraphQL API, asked again when Shopify says that it comes too soon. */
import { setTimeout as sleep } from "node:timers/promises";
import { GraphqlQueryError, type Session } from "@shopify/shopify-api";
import { z } from "zod";
import { API_VERSION, type Admin } from "./shopify.server";

/** Together; then whoever asked is told to come back later. */
const PATIENCE_MS = 20_000;
/** Shopify's own advice where it does not say how full the bucket is. */
const PAUSE_MS = 1_000;
const TIMEOUT_MS = 15_000;

/** Shopify did not do what it was asked; the message is a sentence that a merchant may read. */
export class AdminApiError extends Error {
  readonly name = "AdminApiError";
  constructor(
    readonly code: "THROTTLED" | "REFUSED" | "UNAUTHORIZED" | "UNREACHABLE",
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * The answer's `data`, of the given shape. A throttled question waits until the bucket has what it costs.
 * @throws {AdminApiError} when Shopify refuses, does not answer, or is still busy after 20 s
 * @throws {Response} what the library throws to have the browser fetch a new session token
 */
export async function askAdmin<T>(
  admin: Admin,
  document: string,
  variables: Record<string, unknown>,
  shape: z.ZodType<T>,
): Promise<T> {
  const startedAt = performance.now();
  for (;;) {
    const answer = await ask(admin, document, variables);
    if (!answer.throttled) return read(answer.body, shape);
    if (performance.now() - startedAt + answer.waitMs > PATIENCE_MS)
      throw new AdminApiError("THROTTLED", "Shopify is busy with this store; try again in a minute.");
    await sleep(answer.waitMs);
  }
}

/** An Admin for work without a merchant at the screen, with the token of an offline session. */
export function adminOf({ shop, accessToken }: Pick<Session, "shop" | "accessToken">): Admin {
  return {
    graphql: (document, options) =>
      fetch(`https://${shop}/admin/api/${API_VERSION}/graphql.json`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Shopify-Access-Token": accessToken ?? "" },
        body: JSON.stringify({ query: document, variables: options?.variables ?? {} }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }),
  };
}

type Body = { data?: unknown; errors?: unknown; extensions?: unknown };
type Answer = { throttled: false; body: Body } | { throttled: true; waitMs: number };

async function ask(admin: Admin, document: string, variables: Record<string, unknown>): Promise<Answer> {
  const response: Response | Body = await admin.graphql(document, { variables }).catch(caught);
  if (!isResponse(response)) return judge(response);
  if (response.status === 429) return { throttled: true, waitMs: PAUSE_MS };
  if (response.status === 401)
    throw new AdminApiError(
      "UNAUTHORIZED",
      "Shopify does not accept the app's access to this store any more.",
    );
  if (!response.ok)
    throw new AdminApiError("UNREACHABLE", `Shopify answered ${response.status}; try again later.`);
  const body = (await response.json().catch(() => null)) as Body | null;
  if (!body) throw new AdminApiError("UNREACHABLE", "Shopify's answer could not be read; try again later.");
  return judge(body);
}

/** By what it can do: Remix may bring a Response of its own. */
function isResponse(answer: Response | Body): answer is Response {
  return "status" in answer && "json" in answer;
}

/** The library throws errors that came with an answer, a copy of answers that were refusals, and whatever the network did. */
function caught(error: unknown): Response | Body {
  if (error instanceof GraphqlQueryError) {
    const { errors, extensions } = (error.body ?? {}) as {
      errors?: { graphQLErrors?: unknown };
      extensions?: unknown;
    };
    return { errors: errors?.graphQLErrors ?? [{ message: error.message }], extensions };
  }
  if (typeof error === "object" && error && isResponse(error)) {
    if (error.status < 400 || error.headers.has("X-Shopify-Retry-Invalid-Session-Request")) throw error;
    return error;
  }
  throw new AdminApiError("UNREACHABLE", "Shopify does not answer; try again later.", { cause: error });
}

const problems = z.array(
  z.object({ message: z.string(), extensions: z.object({ code: z.string().optional() }).optional() }),
);

function judge(body: Body): Answer {
  if (!body.errors) return { throttled: false, body };
  const parsed = problems.safeParse(body.errors);
  const list = parsed.success ? parsed.data : [];
  if (list.some(({ extensions }) => extensions?.code === "THROTTLED"))
    return { throttled: true, waitMs: waitFor(body.extensions) };
  throw new AdminApiError("REFUSED", list.map(({ message }) => message).join("; ") || "Shopify refused.");
}

const costs = z.object({
  cost: z.object({
    requestedQueryCost: z.number(),
    throttleStatus: z.object({ currentlyAvailable: z.number(), restoreRate: z.number().positive() }),
  }),
});

/** Until the bucket holds what was asked for (https://shopify.dev/docs/api/usage/limits). */
function waitFor(extensions: unknown): number {
  const parsed = costs.safeParse(extensions);
  if (!parsed.success) return PAUSE_MS;
  const { requestedQueryCost, throttleStatus } = parsed.data.cost;
  const missing = requestedQueryCost - throttleStatus.currentlyAvailable;
  return Math.max(100, Math.ceil((missing / throttleStatus.restoreRate) * 1000));
}

function read<T>(body: Body, shape: z.ZodType<T>): T {
  const parsed = shape.safeParse(body.data);
  if (parsed.success) return parsed.data;
  const { path } = parsed.error.issues[0]!;
  throw new AdminApiError(
    "REFUSED",
    `Shopify's answer has something unexpected at ${path.join(".") || "its root"}.`,
  );
}
