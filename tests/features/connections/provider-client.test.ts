import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { ConnectionError, type ErrorClass } from "~/features/connections/connection-error";
import { requestJson } from "~/features/connections/providers/provider-client.server";
import { createOutboundFetch } from "~/platform/http/ssrf-guard.server";
import freePort from "../../support/free-port";
import { patient } from "../../support/local-google";
import { failureOf } from "../../support/local-providers";

const operatorFetch = createOutboundFetch({
  trust: "operator",
  allowLoopback: true,
  timeoutMs: 400,
  maxBytes: 2000,
});

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
});

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/figures?key=very-secret`;
}

const answering = (status: number, body: string, headers: Record<string, string> = {}) =>
  serve((_request, response) => void response.writeHead(status, headers).end(body));

const ask = (url: string, signal = patient(), fetch: typeof globalThis.fetch = operatorFetch) =>
  requestJson(fetch, {
    url,
    signal,
    name: "The provider",
    answer: z.object({ total: z.number() }),
    refusal: ({ status, body }) => {
      const said = z.object({ no: z.string() }).safeParse(body);
      return said.success
        ? new ConnectionError("FORBIDDEN", "It said no.", { httpStatus: status, providerCode: said.data.no })
        : null;
    },
  });

describe("an answer of a provider", () => {
  it("is returned parsed, with its status", async () => {
    expect(await ask(await answering(200, '{"total":3,"more":1}'))).toEqual({
      data: { total: 3 },
      status: 200,
    });
  });

  it("that is a refusal in the provider's own form is read in that form first", async () => {
    const error = await failureOf(ask(await answering(500, '{"no":"NEVER"}')));
    expect(error).toMatchObject({
      code: "FORBIDDEN",
      httpStatus: 500,
      providerCode: "NEVER",
      retryable: false,
    });
  });

  it("that is a refusal with the status 200 is a refusal", async () => {
    expect(await failureOf(ask(await answering(200, '{"no":"NEVER"}')))).toMatchObject({ code: "FORBIDDEN" });
  });

  it.each<[number, ErrorClass, boolean]>([
    [400, "INVALID_RESPONSE", false],
    [401, "AUTH_INVALID", false],
    [403, "FORBIDDEN", false],
    [404, "NOT_FOUND", false],
    [408, "TIMEOUT", true],
    [429, "RATE_LIMITED", true],
    [500, "PROVIDER_ERROR", true],
    [503, "PROVIDER_ERROR", true],
  ])("with the status %i and no explanation is %s", async (status, code, retryable) => {
    const error = await failureOf(ask(await answering(status, "{}")));
    expect(error).toMatchObject({ code, httpStatus: status, retryable });
  });

  it.each([
    ["HTML", 200, "<!doctype html><title>Sign in</title>"],
    ["empty", 200, ""],
    ["HTML to a bad request", 400, "<html></html>"],
    ["half of its JSON", 200, '{"total":'],
  ])("that is %s is PROTOCOL_MISMATCH", async (_what, status, body) => {
    const error = await failureOf(ask(await answering(status, body)));
    expect(error).toMatchObject({ code: "PROTOCOL_MISMATCH", httpStatus: status, retryable: false });
  });

  it("in HTML with a 502 is PROVIDER_ERROR", async () => {
    expect(await failureOf(ask(await answering(502, "<html></html>")))).toMatchObject({
      code: "PROVIDER_ERROR",
    });
  });

  it.each([
    ['{"total":"three"}', "“total”"],
    ["[]", "content"],
    ["null", "content"],
  ])("that is %s is INVALID_RESPONSE", async (body, named) => {
    const error = await failureOf(ask(await answering(200, body)));
    expect(error).toMatchObject({ code: "INVALID_RESPONSE", httpStatus: 200, retryable: false });
    expect(error.message).toContain(named);
  });

  it("of too many bytes is PROTOCOL_MISMATCH", async () => {
    const url = await answering(200, JSON.stringify({ total: 1, padding: "x".repeat(3000) }));
    expect(await failureOf(ask(url))).toMatchObject({ code: "PROTOCOL_MISMATCH" });
  });

  it("that redirects to another origin is not followed", async () => {
    const url = await answering(302, "", { Location: "http://127.0.0.2:1/" });
    expect(await failureOf(ask(url))).toMatchObject({ code: "PROTOCOL_MISMATCH", retryable: false });
  });
});

describe("the Retry-After of an answer", () => {
  const date = "Fri, 20 Nov 2026 10:20:00 GMT";

  it.each<[string, Record<string, string>, number | undefined]>([
    ["in seconds", { "Retry-After": "90" }, 90_000],
    ["in no seconds at all", { "Retry-After": "0" }, 0],
    [
      "as a date, from the provider's own",
      { Date: date, "Retry-After": "Fri, 20 Nov 2026 10:35:00 GMT" },
      900_000,
    ],
    ["as a date that is past", { Date: date, "Retry-After": "Fri, 20 Nov 2026 10:19:00 GMT" }, 0],
    ["as undefined from a negative number", { "Retry-After": "-5" }, undefined],
    ["as undefined from a word", { "Retry-After": "soon" }, undefined],
    ["as undefined when it is missing", {}, undefined],
  ])("is read %s", async (_how, headers, retryAfterMs) => {
    const error = await failureOf(ask(await answering(429, "{}", headers)));
    expect(error).toMatchObject({ code: "RATE_LIMITED", retryAfterMs });
  });
});

describe("an exchange with a provider that does not end well", () => {
  it("is TIMEOUT when the provider never answers", async () => {
    const error = await failureOf(ask(await serve(() => undefined)));
    expect(error).toMatchObject({ code: "TIMEOUT", httpStatus: null, retryable: true });
  });

  it.each<[string, unknown]>([
    ["without a reason", undefined],
    ["with a reason", new Error("The page was closed.")],
  ])("is TIMEOUT when the caller aborts %s, and a later answer has no effect", async (_why, reason) => {
    const late: (() => void)[] = [];
    const url = await serve((_request, response) => late.push(() => response.end('{"total":1}')));
    const caller = new AbortController();
    const asked = failureOf(ask(url, caller.signal));
    setTimeout(() => caller.abort(reason), 50);
    expect(await asked).toMatchObject({ code: "TIMEOUT", retryable: true });
    for (const answer of late) answer();
  });

  it("is TIMEOUT when the caller aborts in the middle of the body", async () => {
    const url = await serve((_request, response) => response.writeHead(200).write('{"total"'));
    expect(await failureOf(ask(url, AbortSignal.timeout(100)))).toMatchObject({ code: "TIMEOUT" });
  });

  it("is NETWORK when the provider closes in the middle of the body", async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { "Content-Length": 100 });
      response.write('{"total"', () => response.socket?.destroy());
    });
    expect(await failureOf(ask(url))).toMatchObject({ code: "NETWORK", httpStatus: null, retryable: true });
  });

  it("is NETWORK when the port is closed", async () => {
    const url = `http://127.0.0.1:${await freePort()}/`;
    expect(await failureOf(ask(url))).toMatchObject({ code: "NETWORK", retryable: true });
  });

  it("is BAD_CONFIG when the address is not allowed", async () => {
    const url = await answering(200, '{"total":1}');
    const guarded = createOutboundFetch({ trust: "public" });
    expect(await failureOf(ask(url, patient(), guarded))).toMatchObject({
      code: "BAD_CONFIG",
      retryable: false,
    });
  });
});

it("an error of a provider's client does not hold the address or its query", async () => {
  const statuses = [400, 401, 403, 404, 408, 429, 500];
  for (const status of statuses) {
    const error = await failureOf(ask(await answering(status, "no")));
    expect(`${error.message} ${String(error.cause)}`).not.toContain("very-secret");
    server?.close();
  }
});
