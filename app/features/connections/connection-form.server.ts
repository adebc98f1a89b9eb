/** The form of each provider, parsed once: a connection to try, or a sentence next to each field that is not right. */
import { refusalOfUrl } from "~/platform/http/ssrf-guard.server";
import { parseBingApiKey, parseBingSiteUrl } from "./bing-connection.schema";
import type { Connection } from "./connection";
import {
  accountOf,
  type BingCredential,
  type Credential,
  type GoogleCredential,
  type McpCredential,
} from "./credential";
import { parsePropertyId, parseSiteUrl } from "./google-connection.schema";
import { parseServiceAccountJson } from "./google-key-file.server";
import { parseMcpEndpoint, parseMcpToken, parseTimeout, parseToolAllowList } from "./mcp-connection.schema";
import type { Parsed } from "./pasted";
import type { Provider } from "./provider";
import { REMINDER_OPTIONS, STANDARD_REMINDER_DAYS } from "./reminder";

export type FieldErrors = Partial<Record<string, string>>;

export type ParsedForm<T> = { ok: true } & T;
export type InvalidForm = { ok: false; fieldErrors: FieldErrors };

/**
 * The connection that the form asks for. Where something is stored, an empty credential means "the one that is stored",
 * unless it is to be rotated; and a rotation keeps the settings that are stored.
 */
export function parseConnectionForm(
  provider: Provider,
  form: FormData,
  stored: Connection | null,
  intent: "connect" | "rotate",
  options: { allowLoopback: boolean },
): ParsedForm<{ connection: Connection }> | InvalidForm {
  const tooLong = errorsOfLength(form);
  if (tooLong) return { ok: false, fieldErrors: tooLong };
  const keep = intent === "connect" ? stored : null;
  const fields = {
    config:
      intent === "rotate" && stored
        ? { ok: true as const, value: stored.config }
        : parseConfig(provider, form, options),
    credential: parseCredential(provider, form, keep),
  };
  const errors = { ...errorsOf(fields.config), ...errorsOf(fields.credential) };
  if (!fields.config.ok || !fields.credential.ok) return { ok: false, fieldErrors: errors };
  const credential = fields.credential.value;
  const config = { ...fields.config.value, signIn: credential.kind, account: accountOf(credential) };
  const connection = { provider, config, credential } as Connection;
  const moved = keep !== null && isElsewhere(connection, keep);
  if (moved && isEmpty(form, "token") && credential.kind === "bearer")
    return {
      ok: false,
      // Otherwise whoever may edit an address could have the stored token sent to a server of their own.
      fieldErrors: {
        token: "This is another server than before: enter its token, the stored one is not sent there.",
      },
    };
  return { ok: true, connection };
}

/** The credential alone, to look around in the account before a site is chosen. */
export function parseCredential(
  provider: Provider,
  form: FormData,
  keep: Connection | null,
): Outcome<Credential> {
  const tooLong = errorsOfLength(form);
  if (tooLong) return { ok: false, fieldErrors: tooLong };
  switch (provider) {
    case "GA4":
    case "GSC":
      return parseGoogle(form, keep);
    case "BING":
      return parseBing(form, keep);
    case "MCP":
      return parseMcp(form, keep);
  }
}

/** Null when it is none of the offered times. */
export function parseReminderDays(form: FormData): number | null {
  const given = form.get("reminderDays") ?? String(STANDARD_REMINDER_DAYS);
  return REMINDER_OPTIONS.some(({ value }) => value === given) ? Number(given) : null;
}

/** Above a key file's own limit, which has its own sentence. */
const MOST_CHARACTERS = 32_000;

/** Before anything looks for a meaning in it: nobody means so long a text, and everything here walks over it. */
function errorsOfLength(form: FormData): FieldErrors | null {
  const names = [...form].flatMap(([name, value]) =>
    typeof value === "string" && value.length > MOST_CHARACTERS ? [name] : [],
  );
  if (!names.length) return null;
  return Object.fromEntries(
    names.map((name) => [name, "This is too long. Paste only what the field asks for."]),
  );
}

type Outcome<T> = { ok: true; value: T } | InvalidForm;

function parseConfig(
  provider: Provider,
  form: FormData,
  options: { allowLoopback: boolean },
): Outcome<Connection["config"]> {
  const reminderDays = parseReminderDays(form);
  const reminder: Parsed<number> =
    reminderDays === null
      ? { ok: false, sentence: "Choose one of the listed times." }
      : { ok: true, value: reminderDays };
  switch (provider) {
    case "GA4":
      return all({ propertyId: parsePropertyId(textOf(form, "propertyId")), reminderDays: reminder });
    case "GSC":
      return all({ siteUrl: parseSiteUrl(textOf(form, "siteUrl")), reminderDays: reminder });
    case "BING":
      return all({ siteUrl: parseBingSiteUrl(textOf(form, "siteUrl")), reminderDays: reminder });
    case "MCP":
      return all({
        endpoint: parseMcpEndpoint(textOf(form, "endpoint"), (url) =>
          refusalOfUrl(url, { trust: "public", ...options }),
        ),
        toolAllowList: parseToolAllowList(textOf(form, "toolAllowList")),
        timeoutMs: parseTimeout(textOf(form, "timeoutSeconds")),
        reminderDays: reminder,
      });
  }
}

function parseGoogle(form: FormData, keep: Connection | null): Outcome<GoogleCredential> {
  const stored = keep?.provider === "GA4" || keep?.provider === "GSC" ? keep.credential : null;
  if (form.get("credentialKind") === "oauth") {
    const names = ["clientId", "clientSecret", "refreshToken"] as const;
    if (stored?.kind === "oauth" && names.every((name) => isEmpty(form, name)))
      return { ok: true, value: stored };
    const parsed = all({
      clientId: required(
        form,
        "clientId",
        "Enter the OAuth client's ID; it ends in .apps.googleusercontent.com.",
      ),
      clientSecret: required(form, "clientSecret", "Enter the OAuth client's secret."),
      refreshToken: required(form, "refreshToken", "Enter the refresh token; it usually begins with 1//."),
    });
    return parsed.ok ? { ok: true, value: { kind: "oauth", ...parsed.value } } : parsed;
  }
  if (stored?.kind === "service_account" && isEmpty(form, "serviceAccount"))
    return { ok: true, value: stored };
  return single("serviceAccount", parseServiceAccountJson(textOf(form, "serviceAccount")));
}

function parseBing(form: FormData, keep: Connection | null): Outcome<BingCredential> {
  if (keep?.provider === "BING" && isEmpty(form, "apiKey")) return { ok: true, value: keep.credential };
  const parsed = single("apiKey", parseBingApiKey(textOf(form, "apiKey")));
  return parsed.ok ? { ok: true, value: { kind: "api_key", apiKey: parsed.value } } : parsed;
}

/** A server may ask for no token, so an empty field is one only where nothing else was said. */
function parseMcp(form: FormData, keep: Connection | null): Outcome<McpCredential> {
  if (form.get("credentialKind") === "none") return { ok: true, value: { kind: "none" } };
  if (keep?.provider === "MCP" && isEmpty(form, "token")) return { ok: true, value: keep.credential };
  const parsed = single("token", parseMcpToken(textOf(form, "token")));
  if (!parsed.ok) return parsed;
  if (parsed.value !== null) return { ok: true, value: { kind: "bearer", token: parsed.value } };
  const sentence = "Enter the token, or choose that the server is open.";
  return { ok: false, fieldErrors: { token: sentence } };
}

function isElsewhere(connection: Connection, keep: Connection): boolean {
  if (connection.provider !== "MCP" || keep.provider !== "MCP") return false;
  return new URL(connection.config.endpoint).origin !== new URL(keep.config.endpoint).origin;
}

function all<T extends Record<string, unknown>>(fields: { [K in keyof T]: Parsed<T[K]> }): Outcome<T> {
  const entries = Object.entries(fields) as [string, Parsed<unknown>][];
  const errors = entries.flatMap(([name, parsed]) => (parsed.ok ? [] : [[name, parsed.sentence]]));
  // The form asks for seconds, and says so at its own field.
  const named = errors.map(([name, sentence]) => [name === "timeoutMs" ? "timeoutSeconds" : name, sentence]);
  if (named.length) return { ok: false, fieldErrors: Object.fromEntries(named) as FieldErrors };
  return {
    ok: true,
    value: Object.fromEntries(entries.map(([name, parsed]) => [name, parsed.ok && parsed.value])) as T,
  };
}

function single<T>(name: string, parsed: Parsed<T>): Outcome<T> {
  return parsed.ok ? parsed : { ok: false, fieldErrors: { [name]: parsed.sentence } };
}

function required(form: FormData, name: string, sentence: string): Parsed<string> {
  const value = textOf(form, name).replace(/\s+/g, "");
  if (!value) return { ok: false, sentence };
  if (value.length > 4_096) return { ok: false, sentence: "This is too long; paste only this one value." };
  return { ok: true, value };
}

function errorsOf(outcome: Outcome<unknown>): FieldErrors {
  return outcome.ok ? {} : outcome.fieldErrors;
}

function isEmpty(form: FormData, name: string): boolean {
  return textOf(form, name).trim() === "";
}

/** A file in the place of a text is no text. */
function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}
