/**
 * JSON logs on standard output, one line per event, with the request's id on every line written while it is served.
 * Secrets are scrubbed at the last moment, from the finished line, so that no message, error or library can carry one past.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import fs from "node:fs";
import pino, { type DestinationStream, type Logger } from "pino";
import type { LogLevel } from "./env.server";

export type { Logger };

const requestContext = new AsyncLocalStorage<{ requestId: string }>();

/** Runs `work` so that every line logged within it carries `requestId`. */
export function withRequestId<T>(requestId: string, work: () => T): T {
  return requestContext.run({ requestId }, work);
}

/** The id of the request that is being served, for the error page that a person reads out to support. */
export function currentRequestId(): string | undefined {
  return requestContext.getStore()?.requestId;
}

export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: { app: "backroom" },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: withoutQuotes },
      mixin: () => requestContext.getStore() ?? {},
      hooks: { streamWrite: scrub },
    },
    destination,
  );
}

/** Where Postgres' errors quote what they are about: a row, a payload, a statement with its values. */
const QUOTING = new Set(["detail", "where", "internalQuery", "query", "parameters"]);

function withoutQuotes(error: Error): object {
  const fields = Object.entries(pino.stdSerializers.err(error));
  return Object.fromEntries(fields.filter(([name]) => !QUOTING.has(name)));
}

/**
 * This process's logger; `setLogLevel` follows once the configuration is read. Lines that come while others are being
 * written go out together, so that the door does not wait for a disk or a pipe; what is left is written as the process ends.
 */
export const log = createLogger("info", standardOutput());

function standardOutput() {
  const destination = pino.destination({ dest: 1, sync: false });
  const flushSync = destination.flushSync.bind(destination);
  // sonic-boom (4.2) repeats a failed write without end, so a process would not exit once the reader of its log has closed.
  destination.flushSync = () => {
    const { writeSync } = fs;
    const givesUpAt = performance.now() + LAST_WRITE_MS;
    const writeOrDrop = (fd: number, data: string, ...rest: []) => {
      try {
        return writeSync(fd, data, ...rest);
      } catch (error) {
        const { code = "" } = error as NodeJS.ErrnoException;
        if (["EAGAIN", "EBUSY"].includes(code) && performance.now() < givesUpAt) throw error;
        return Buffer.byteLength(data);
      }
    };
    fs.writeSync = writeOrDrop as typeof writeSync;
    try {
      flushSync();
    } finally {
      fs.writeSync = writeSync;
    }
  };
  return destination;
}

/** How long a reader that is busy is waited for at the end. */
const LAST_WRITE_MS = 2_000;

export function setLogLevel(level: LogLevel) {
  log.level = level;
}

/**
 * Patterns of secrets; the replacement keeps the line valid JSON. Clients control part of the text, so every pattern must run
 * in linear time: where the end of a secret is missing, the pattern still matches what it has read, and the function returns
 * it unchanged.
 */
const SECRETS: [RegExp, string | ((...match: string[]) => string)][] = [
  [/\beyJ[\w-]+(\.eyJ[\w-]+\.[\w-]*)?/g, (all, rest) => (rest ? "[jwt]" : all)],
  [/\bshp(at|rt|ca|pa|ss|ua|tka)_[A-Za-z0-9]+/g, "[shopify token]"],
  [/\b(?:ya29\.[\w-]+|GOCSPX-[\w-]+|AIza[\w-]{30,}|1\/\/[\w-]{20,})/g, "[google secret]"],
  [/\bbk\d+\.[\w-]+\.[\w-]*\.[\w-]+/g, "[envelope]"],
  [/(\bBearer\s+)[\w.~+/=-]+/gi, "$1[redacted]"],
  [/(:\/\/[^\s:/@"\\]+)(?::[^\s@"\\]+(@)?)?/g, (all, before, end) => (end ? `${before}:[redacted]@` : all)],
  [
    /([?&](?:apikey|api_key|key|id_token|hmac|token|access_token|code|session|password)=)[^&\s"\\]+/gi,
    "$1[redacted]",
  ],
  [
    /("(?:authorization|cookie|access_?token|refresh_?token|client_secret|api_?secret(?:_?key)?|password|private_?key|subject_token|api_?key)":\s*")[^"\\]*(?:\\.[^"\\]*)*/gi,
    "$1[redacted]",
  ],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, "[private key]"],
];

/** `text` without anything that looks like a secret. */
export function scrub(text: string): string {
  return SECRETS.reduce((line, [pattern, by]) => line.replace(pattern, by as string), text);
}
