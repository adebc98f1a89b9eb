/** Why a request to the outside gave no answer. `detail` is the code beneath, such as ECONNREFUSED, for logs. */
export type OutboundErrorCode =
  | "URL_REFUSED"
  | "ADDRESS_REFUSED"
  | "REDIRECT_REFUSED"
  | "TOO_LARGE"
  | "TOO_COMPLEX"
  | "TIMEOUT"
  | "NETWORK";

/** A sentence for a merchant. It names the host at most: paths, queries, user names and headers may hold secrets. */
export class OutboundError extends Error {
  readonly name = "OutboundError";
  readonly detail?: string;
  constructor(
    readonly code: OutboundErrorCode,
    message: string,
    options: ErrorOptions & { detail?: string } = {},
  ) {
    super(message, options);
    if (options.detail) this.detail = options.detail;
  }
}

/** What undici, zlib, TLS or a resolver threw, as the error a caller knows. */
export function asOutboundError(error: unknown, host: string): OutboundError {
  const chain = causesOf(error);
  const ours = chain.find((cause) => cause instanceof OutboundError);
  if (ours) return ours;
  const detail = chain.map(codeOf).find((code) => code !== undefined);
  const options = { cause: error, detail };
  if (detail && TIMEOUTS.has(detail))
    return new OutboundError("TIMEOUT", `${host} did not answer in time.`, options);
  if (detail === "UND_ERR_RES_EXCEEDED_MAX_SIZE") return tooLarge(host, options);
  return new OutboundError("NETWORK", networkSentence(host, detail), options);
}

export function tooLarge(host: string, options?: ErrorOptions & { detail?: string }): OutboundError {
  return new OutboundError("TOO_LARGE", `The answer of ${host} is larger than Backroom reads.`, options);
}

const TIMEOUTS = new Set([
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
]);

function networkSentence(host: string, detail = ""): string {
  if (/^(ENOTFOUND|EAI_|ENODATA)/.test(detail)) return `The name ${host} was not found. Check its spelling.`;
  if (detail === "ECONNREFUSED") return `${host} refused the connection.`;
  if (/CERT|SELF_SIGNED|UNABLE_TO_|^ERR_(TLS|SSL)|^EPROTO/.test(detail))
    return `${host} has no valid certificate, so no secure connection was possible.`;
  if (/^HPE_|^Z_|^ERR__|HEADERS_OVERFLOW/.test(detail))
    return `${host} answered in a way that could not be understood.`;
  return `The connection to ${host} failed.`;
}

/** Depth-first through causes and the attempts of a happy-eyeballs connection; ends even if they form a circle. */
function causesOf(error: unknown, seen = new Set<unknown>()): object[] {
  if (typeof error !== "object" || error === null || seen.has(error)) return [];
  seen.add(error);
  const { cause, errors } = error as { cause?: unknown; errors?: unknown };
  const beneath: unknown[] = Array.isArray(errors) ? [cause, ...(errors as unknown[])] : [cause];
  return [error, ...beneath.flatMap((next) => causesOf(next, seen))];
}

function codeOf(error: object): string | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === "string" && /^[A-Z0-9_]{1,64}$/.test(code) ? code : undefined;
}
