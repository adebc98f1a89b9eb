/** Why a connection does not work, in thirteen classes. What a merchant does about each is in advice.ts. */
export const ERROR_CLASSES = [
  /** A wrong key, token or signature */
  "AUTH_INVALID",
  /** A refresh token or grant that was good once and is refused now */
  "AUTH_EXPIRED",
  /** A valid identity without a right to this property, site or server */
  "FORBIDDEN",
  "API_DISABLED",
  "NOT_FOUND",
  /** A malformed id, address or key file */
  "BAD_CONFIG",
  "RATE_LIMITED",
  "QUOTA_EXHAUSTED",
  "TIMEOUT",
  /** DNS, connection, TLS, or an answer that broke off */
  "NETWORK",
  /** The provider's own fault: 5xx */
  "PROVIDER_ERROR",
  /** It speaks, but something else: HTML, or another era of MCP */
  "PROTOCOL_MISMATCH",
  /** The right protocol with a content that makes no sense */
  "INVALID_RESPONSE",
] as const;
export type ErrorClass = (typeof ERROR_CLASSES)[number];

/** Worth trying again later without anybody changing anything. */
const RETRYABLE: ReadonlySet<ErrorClass> = new Set([
  "RATE_LIMITED",
  "QUOTA_EXHAUSTED",
  "TIMEOUT",
  "NETWORK",
  "PROVIDER_ERROR",
]);

type Details = {
  httpStatus?: number | null;
  /** The provider's own code for it, e.g. RESOURCE_EXHAUSTED or 4 */
  providerCode?: string | null;
  /** When the provider said how long to wait */
  retryAfterMs?: number;
  /** What would probably have worked instead of what was typed, e.g. sc-domain:example.com */
  suggestion?: string;
  cause?: unknown;
};

/**
 * A provider that could not be asked. `message` is one line about what was seen; it never holds a secret, a header or an
 * address with its query.
 */
export class ConnectionError extends Error {
  readonly name = "ConnectionError";
  readonly httpStatus: number | null;
  readonly providerCode: string | null;
  readonly retryAfterMs: number | undefined;
  readonly suggestion: string | undefined;

  constructor(
    readonly code: ErrorClass,
    message: string,
    { httpStatus = null, providerCode = null, retryAfterMs, suggestion, cause }: Details = {},
  ) {
    super(message, { cause });
    this.httpStatus = httpStatus;
    this.providerCode = providerCode;
    this.retryAfterMs = retryAfterMs;
    this.suggestion = suggestion;
  }

  get retryable(): boolean {
    return RETRYABLE.has(this.code);
  }

  /** What `plainError` made of it */
  static of({ code, message, ...details }: PlainConnectionError): ConnectionError {
    return new ConnectionError(code, message, details);
  }
}

export type PlainConnectionError = Omit<Details, "cause"> & { code: ErrorClass; message: string };

/** As it can be sent to another thread, without its cause. */
export function plainError(error: ConnectionError): PlainConnectionError {
  const { code, message, httpStatus, providerCode, retryAfterMs, suggestion } = error;
  return { code, message, httpStatus, providerCode, retryAfterMs, suggestion };
}
