/** How Google's services say no, in the words of their documents. */
import type { Answer } from "./trouble";

/** The shape of the Data API: https://cloud.google.com/apis/design/errors */
export function apiError(
  code: number,
  status: string,
  message: string,
  info?: { reason: string; metadata?: Record<string, string> },
): Answer {
  const details = info && [
    { "@type": "type.googleapis.com/google.rpc.ErrorInfo", domain: "googleapis.com", ...info },
  ];
  return { status: code, body: { error: { code, message, status, ...(details && { details }) } } };
}

/** The older shape, which Search Console still has: https://developers.google.com/webmaster-tools/v1/errors */
export function legacyError(code: number, domain: string, reason: string, message: string): Answer {
  return { status: code, body: { error: { code, message, errors: [{ message, domain, reason }] } } };
}

/** RFC 6749 §5.2. */
export function tokenError(status: number, error: string, error_description: string): Answer {
  return { status, body: { error, error_description } };
}

export function serviceDisabled(service: string, project: string): Answer {
  return apiError(
    403,
    "PERMISSION_DENIED",
    `The API ${service} has not been used in project ${project} before or it is disabled. Enable it, wait a few minutes and retry.`,
    { reason: "SERVICE_DISABLED", metadata: { service, consumer: `projects/${project}` } },
  );
}

export function unauthenticated(): Answer {
  return apiError(
    401,
    "UNAUTHENTICATED",
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.",
  );
}

export function scopeInsufficient(): Answer {
  return apiError(403, "PERMISSION_DENIED", "Request had insufficient authentication scopes.", {
    reason: "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
  });
}

export function unavailable(): Answer {
  return apiError(503, "UNAVAILABLE", "The service is currently unavailable.");
}
