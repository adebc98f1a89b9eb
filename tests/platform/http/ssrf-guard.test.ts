import type { RequestListener, ServerResponse } from "node:http";
import type { LookupFunction } from "node:net";
import { brotliCompressSync, constants, deflateRawSync, gzipSync } from "node:zlib";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import {
  closeOutbound,
  createOutboundFetch,
  OutboundError,
  type OutboundOptions,
} from "~/platform/http/ssrf-guard.server";
import { eventually } from "../../support/eventually";
import { localServer, type LocalServer } from "../../support/local-server";
import { TEST_CERTIFICATE } from "../../support/test-certificate";

/** Unicast by every list, and allocated to nobody. */
const UNUSED_PUBLIC_ADDRESS = { address: "2d00::1", family: 6 };
const LOOPBACK = { address: "127.0.0.1", family: 4 };
const MEGABYTE = 1024 * 1024;

const servers: LocalServer[] = [];
async function serve(listener: RequestListener, options?: Parameters<typeof localServer>[1]) {
  const server = await localServer(listener, options);
  servers.push(server);
  return server;
}
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));
afterAll(closeOutbound);

const outbound = (options: Partial<OutboundOptions> = {}) =>
  createOutboundFetch({ trust: "public", allowLoopback: true, timeoutMs: 5_000, ...options });
const publicOnly = (options: Partial<OutboundOptions> = {}) => outbound({ allowLoopback: false, ...options });

/** A resolver that gives each answer once, the last one for ever. */
function answering(...answers: { address: string; family: number }[][]) {
  const asked: string[] = [];
  const lookup: LookupFunction = (hostname, _options, callback) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)]!;
    asked.push(hostname);
    callback(null, answer);
  };
  return { lookup, asked };
}

async function errorOf(work: Promise<unknown>): Promise<OutboundError> {
  const error = await work.then(
    () => expect.unreachable("It should have failed."),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(OutboundError);
  return error as OutboundError;
}
const codeOf = async (work: Promise<unknown>) => (await errorOf(work)).code;
const read = async (response: Promise<Response>) => (await response).text();
const ok: RequestListener = (_request, response) => response.end("ok");
const redirectTo =
  (location: string, status = 302): RequestListener =>
  (_request, response) =>
    response.writeHead(status, { location }).end();

describe("a request to a host name", () => {
  it("resolves the name once and connects to the address that was checked", async () => {
    const server = await serve(ok, { tls: true });
    const { lookup, asked } = answering([UNUSED_PUBLIC_ADDRESS], [LOOPBACK]);
    const get = publicOnly({ lookup, ca: TEST_CERTIFICATE, timeoutMs: 400 });
    expect(await codeOf(get(`https://shop.test:${server.port}/`))).toMatch(/TIMEOUT|NETWORK/);
    expect(asked).toEqual(["shop.test"]);
    expect(await codeOf(get(`https://shop.test:${server.port}/`))).toBe("ADDRESS_REFUSED");
    expect(asked).toEqual(["shop.test", "shop.test"]);
    expect(server.connections()).toBe(0);
  });

  it.each([
    ["a loopback address", [LOOPBACK]],
    ["a private address", [{ address: "10.0.0.1", family: 4 }]],
    ["the metadata service", [{ address: "169.254.169.254", family: 4 }]],
    ["a mapped loopback address", [{ address: "::ffff:127.0.0.1", family: 6 }]],
    ["a public and a loopback address", [UNUSED_PUBLIC_ADDRESS, LOOPBACK]],
    ["a loopback and a public address", [LOOPBACK, UNUSED_PUBLIC_ADDRESS]],
  ])("is not connected when the name resolves to %s", async (_, answer) => {
    const server = await serve(ok, { tls: true });
    const get = publicOnly({ lookup: answering(answer).lookup, ca: TEST_CERTIFICATE });
    expect(await codeOf(get(`https://shop.test:${server.port}/?key=s3cret`))).toBe("ADDRESS_REFUSED");
    expect(server.connections()).toBe(0);
  });

  it("is connected to loopback over https when allowLoopback is set", async () => {
    const server = await serve(ok, { tls: true });
    const get = outbound({ lookup: answering([LOOPBACK]).lookup, ca: TEST_CERTIFICATE });
    expect(await read(get(`https://shop.test:${server.port}/`))).toBe("ok");
  });

  it("fails with NETWORK for a self-signed certificate, and says so", async () => {
    const server = await serve(ok, { tls: true });
    const error = await errorOf(outbound()(`https://localhost:${server.port}/`));
    expect([error.code, error.detail]).toEqual(["NETWORK", "DEPTH_ZERO_SELF_SIGNED_CERT"]);
    expect(error.message).toMatch(/has no valid certificate/);
  });

  it("fails with NETWORK when the certificate is for another name", async () => {
    const server = await serve(ok, { tls: true });
    const get = outbound({ lookup: answering([LOOPBACK]).lookup, ca: TEST_CERTIFICATE });
    const error = await errorOf(get(`https://other.test:${server.port}/`));
    expect(error.detail).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
  });

  it("fails with NETWORK and ENOTFOUND when the name does not exist", async () => {
    const notFound = Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" });
    const get = publicOnly({ lookup: (_host, _options, callback) => callback(notFound, []) });
    const error = await errorOf(get("https://shopp.test/"));
    expect([error.code, error.detail]).toEqual(["NETWORK", "ENOTFOUND"]);
    expect(error.message).toBe("The name shopp.test was not found. Check its spelling.");
  });
});

describe("a request to an IP address or to localhost", () => {
  it.each([
    "https://127.0.0.1",
    "https://2130706433",
    "https://[::ffff:7f00:1]",
    "https://localhost",
    "https://0.0.0.0",
  ])("is refused before a connection: %s", async (origin) => {
    const server = await serve(ok, { tls: true });
    expect(await codeOf(publicOnly()(`${origin}:${server.port}/`))).toBe("ADDRESS_REFUSED");
    expect(server.connections()).toBe(0);
  });

  it("is refused over http to a public name, with and without allowLoopback", async () => {
    expect(await codeOf(publicOnly()("http://shop.example/"))).toBe("URL_REFUSED");
    expect(await codeOf(outbound()("http://shop.example/"))).toBe("URL_REFUSED");
  });

  it("reaches 127.0.0.1, [::1] and localhost when allowLoopback is set", async () => {
    const four = await serve(ok);
    const six = await serve(ok, { address: "::1" });
    expect(await read(outbound()(four.url))).toBe("ok");
    expect(await read(outbound()(six.url))).toBe("ok");
    expect(await read(outbound()(`http://localhost:${four.port}/`))).toBe("ok");
  });

  it("reaches loopback over http with the operator's trust", async () => {
    const server = await serve(ok);
    expect(await read(createOutboundFetch({ trust: "operator" })(server.url))).toBe("ok");
  });

  it("fails with NETWORK and ECONNREFUSED when the port is closed", async () => {
    const server = await serve(ok);
    await server.close();
    const error = await errorOf(outbound()(server.url));
    expect([error.code, error.detail]).toEqual(["NETWORK", "ECONNREFUSED"]);
  });
});

describe("a redirect", () => {
  const hop: RequestListener = (request, response) => {
    const left = Number(request.url!.slice(1));
    if (left) response.writeHead(302, { location: `/${left - 1}` }).end();
    else response.end(`${request.method} ${request.headers.authorization}`);
  };

  it("within the origin is followed three times with the request's headers", async () => {
    const server = await serve(hop);
    const response = await outbound()(`${server.url}/3`, { headers: { authorization: "Bearer t" } });
    expect([response.url, response.redirected]).toEqual([`${server.url}/0`, true]);
    expect(await response.text()).toBe("GET Bearer t");
  });

  it("is refused the fourth time, and in a circle", async () => {
    const server = await serve(hop);
    expect(await codeOf(outbound()(`${server.url}/4`))).toBe("REDIRECT_REFUSED");
    const circle = await serve(redirectTo("/again"));
    expect(await codeOf(outbound()(circle.url))).toBe("REDIRECT_REFUSED");
    expect(circle.requests).toHaveLength(4);
  });

  it.each([302, 303, 307, 308])(
    "(%i) to another origin is refused in every mode, and its target is not in the error",
    async (status) => {
      const other = await serve(ok);
      const server = await serve(redirectTo(`${other.url}/private?token=s3cret`, status));
      for (const redirect of ["follow", "manual", "error"] as const) {
        const error = await errorOf(outbound()(server.url, { redirect }));
        expect(error.code).toBe("REDIRECT_REFUSED");
        expect(error.message).not.toMatch(/s3cret|private/);
      }
      expect(other.connections()).toBe(0);
    },
  );

  it.each([
    "http://127.0.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "//10.0.0.1/",
    "file:///etc/passwd",
  ])("from a public server to %s is refused", async (location) => {
    const server = await serve(redirectTo(location), { tls: true });
    const get = outbound({ lookup: answering([LOOPBACK]).lookup, ca: TEST_CERTIFICATE });
    expect(await codeOf(get(`https://shop.test:${server.port}/`))).toBe("REDIRECT_REFUSED");
  });

  it("from https to http of the same host and port is refused", async () => {
    const server = await serve(
      (request, response) => redirectTo(`http://${request.headers.host}/`)(request, response),
      {
        tls: true,
      },
    );
    expect(await codeOf(outbound({ ca: TEST_CERTIFICATE })(server.url))).toBe("REDIRECT_REFUSED");
    expect(server.requests).toHaveLength(1);
  });

  it("to a URL with a user name is refused", async () => {
    const server = await serve((request, response) =>
      redirectTo(`http://ann:s3cret@${request.headers.host}/in`)(request, response),
    );
    const error = await errorOf(outbound()(server.url));
    expect(error.code).toBe("URL_REFUSED");
    expect(error.message).not.toContain("s3cret");
  });

  it("within the origin resolves the name again for a new connection", async () => {
    const server = await serve(
      (request, response) => {
        response.setHeader("connection", "close");
        redirectTo("/next")(request, response);
      },
      { tls: true },
    );
    const { lookup } = answering([LOOPBACK], [{ address: "10.0.0.1", family: 4 }]);
    const get = outbound({ lookup, ca: TEST_CERTIFICATE });
    expect(await codeOf(get(`https://shop.test:${server.port}/`))).toBe("ADDRESS_REFUSED");
    expect(server.requests).toEqual(["GET /"]);
  });

  const echo: RequestListener = (request, response) => {
    if (request.url !== "/end") return redirectTo("/end", Number(request.url!.slice(1)))(request, response);
    void request.toArray().then((chunks) => {
      response.end(
        `${request.method} ${request.headers["content-type"]} ${Buffer.concat(chunks).toString()}`,
      );
    });
  };

  it.each([
    [301, "GET undefined "],
    [302, "GET undefined "],
    [303, "GET undefined "],
    [307, "POST application/json {}"],
    [308, "POST application/json {}"],
  ])("(%i) of a POST is followed as %j", async (status, arrives) => {
    const server = await serve(echo);
    for (const body of ["{}", Buffer.from("{}")]) {
      const headers = { "content-type": "application/json" };
      expect(await read(outbound()(`${server.url}/${status}`, { method: "POST", body, headers }))).toBe(
        arrives,
      );
    }
  });

  it("that would need a streamed body twice is refused", async () => {
    const server = await serve(echo);
    const init = () => ({ method: "POST", body: new Blob(["{}"]).stream(), duplex: "half" as const });
    expect(await codeOf(outbound()(`${server.url}/307`, init()))).toBe("REDIRECT_REFUSED");
    expect(await read(outbound()(`${server.url}/303`, init()))).toMatch(/^GET/);
  });

  it("is returned in manual mode and refused in error mode", async () => {
    const server = await serve(hop);
    const response = await outbound()(`${server.url}/1`, { redirect: "manual" });
    expect([response.status, response.headers.get("location")]).toEqual([302, "/0"]);
    expect(await codeOf(outbound()(`${server.url}/1`, { redirect: "error" }))).toBe("REDIRECT_REFUSED");
  });
});

describe("an answer that is too large", () => {
  it("is refused by its Content-Length, and accepted at exactly the limit", async () => {
    const server = await serve((request, response) => {
      const size = Number(request.url!.slice(1));
      response.writeHead(200, { "content-length": size }).end(Buffer.alloc(size));
    });
    const get = outbound({ maxBytes: 1_000 });
    expect(await codeOf(get(`${server.url}/1001`))).toBe("TOO_LARGE");
    expect((await read(get(`${server.url}/1000`))).length).toBe(1_000);
    const head = await get(`${server.url}/1001`, { method: "HEAD" });
    expect(head.headers.get("content-length")).toBe("1001");
  });

  it("is cut off when it has no Content-Length, and its connection is closed", async () => {
    let isOpen = true;
    const server = await serve((_request, response) => {
      response.on("close", () => (isOpen = false));
      pour(response, Buffer.alloc(64 * 1024));
    });
    const response = await outbound()(server.url);
    expect(await codeOf(response.arrayBuffer())).toBe("TOO_LARGE");
    await eventually(() => expect(isOpen).toBe(false));
  });

  /** A gigabyte of zeros as gzip members of 16 MB each: one megabyte on the wire. */
  const gzipBomb = () => Buffer.concat(Array<Buffer>(64).fill(gzipSync(Buffer.alloc(16 * MEGABYTE))));
  const brotliBomb = () =>
    brotliCompressSync(Buffer.alloc(256 * MEGABYTE), { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });

  it.each([
    ["gzip", gzipBomb],
    ["br", brotliBomb],
    ["deflate", () => deflateRawSync(Buffer.alloc(256 * MEGABYTE), { level: 1 })],
    ["gzip, gzip", () => gzipSync(gzipBomb())],
    ["gzip, br", () => brotliCompressSync(gzipBomb(), { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ])("only when decompressed is cut off without filling the memory: %s", async (encoding, bomb) => {
    const body = bomb();
    const server = await serve((_request, response) =>
      response.writeHead(200, { "content-encoding": encoding, "content-length": body.length }).end(body),
    );
    const before = process.memoryUsage().rss;
    let peak = before;
    const sampling = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 1);
    expect(await codeOf(read(outbound()(server.url)))).toBe("TOO_LARGE");
    clearInterval(sampling);
    expect((peak - before) / MEGABYTE).toBeLessThan(128);
  });

  it("in bytes that decompress to nothing is cut off", async () => {
    const nothing = Buffer.concat(Array<Buffer>(3_000).fill(gzipSync("")));
    const server = await serve((_request, response) => {
      response.setHeader("content-encoding", "gzip");
      pour(response, nothing);
    });
    expect(await codeOf(read(outbound({ maxBytes: 100_000 })(server.url)))).toBe("TOO_LARGE");
  });

  it("in its headers fails with NETWORK", async () => {
    const server = await serve((_request, response) =>
      response.writeHead(200, { "x-long": "x".repeat(32 * 1024) }).end(),
    );
    const error = await errorOf(outbound()(server.url));
    expect([error.code, error.detail]).toEqual(["NETWORK", "UND_ERR_HEADERS_OVERFLOW"]);
  });

  it("in the number of its encodings fails with NETWORK", async () => {
    const server = await serve((_request, response) =>
      response.writeHead(200, { "content-encoding": "gzip,gzip,gzip,gzip,gzip,gzip" }).end("x"),
    );
    expect(await codeOf(read(outbound()(server.url)))).toBe("NETWORK");
  });
});

/** Writes `chunk` for ever, as fast as it is read. */
function pour(response: ServerResponse, chunk: Buffer) {
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on("drain", more);
  more();
}

describe("an answer that is too slow", () => {
  it("because it never comes fails with TIMEOUT, and its connection is closed", async () => {
    let isOpen = true;
    const server = await serve((_request, response) => response.on("close", () => (isOpen = false)));
    const started = Date.now();
    const error = await errorOf(outbound({ timeoutMs: 200 })(`${server.url}/?key=s3cret`));
    expect([error.code, error.message]).toEqual(["TIMEOUT", "127.0.0.1 did not answer in time."]);
    // The fetch without this limit would take five seconds.
    expect(Date.now() - started).toBeLessThan(4_000);
    await eventually(() => expect(isOpen).toBe(false));
  });

  it("because it trickles fails with TIMEOUT in every way of reading it", async () => {
    const server = await serve((_request, response) => {
      const dribble = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(dribble));
    });
    const get = () => outbound({ timeoutMs: 200 })(server.url);
    expect(await codeOf((await get()).text())).toBe("TIMEOUT");
    expect(await codeOf((await get()).json())).toBe("TIMEOUT");
    expect(await codeOf((await get()).arrayBuffer())).toBe("TIMEOUT");
    expect(await codeOf((await get()).blob())).toBe("TIMEOUT");
    expect(await codeOf(drain(await get()))).toBe("TIMEOUT");
  });

  it("over several redirects fails with TIMEOUT at one deadline for all of them", async () => {
    const server = await serve((request, response) => {
      setTimeout(() => redirectTo("/next")(request, response), 150);
    });
    // Each answer comes in time; without one deadline it would be REDIRECT_REFUSED.
    expect(await codeOf(outbound({ timeoutMs: 250 })(server.url))).toBe("TIMEOUT");
  });

  it("because its name never resolves fails with TIMEOUT", async () => {
    expect(await codeOf(publicOnly({ lookup: () => {}, timeoutMs: 100 })("https://shop.test/"))).toBe(
      "TIMEOUT",
    );
  });

  it("because it is not read is closed at the deadline", async () => {
    let isOpen = true;
    const server = await serve((_request, response) => {
      response.on("close", () => (isOpen = false));
      pour(response, Buffer.alloc(64 * 1024));
    });
    const unread = await outbound({ timeoutMs: 200 })(server.url);
    await eventually(() => expect(isOpen).toBe(false));
    expect(await codeOf(unread.text())).toBe("TIMEOUT");
  });

  it("after the head of a 205, which has no body, does not keep its connection open", async () => {
    let isOpen = true;
    const server = await serve((_request, response) => {
      response.on("close", () => (isOpen = false));
      response.socket!.write("HTTP/1.1 205 Reset Content\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n");
    });
    expect((await outbound()(server.url)).status).toBe(205);
    await eventually(() => expect(isOpen).toBe(false));
  });
});

async function drain(response: Response) {
  for await (const _ of response.body as unknown as AsyncIterable<Uint8Array>);
}

describe("an answer that breaks off", () => {
  it.each([
    ["before its headers", ""],
    ["in its headers", "HTTP/1.1 200 OK\r\ncontent-le"],
    ["short of its Content-Length", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"],
    ["in a chunk", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\na\r\nabc"],
    ["between chunks", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n"],
    ["because it is not HTTP", "SSH-2.0-OpenSSH_9.2\r\n"],
    [
      "because its encoding is a lie",
      "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc",
    ],
    ["because of an impossible status", "HTTP/1.1 999 What\r\ncontent-length: 0\r\n\r\n"],
  ])("%s fails with NETWORK", async (_, answer) => {
    const server = await serve((_request, response) => response.socket!.end(answer));
    expect(await codeOf(read(outbound()(server.url)))).toBe("NETWORK");
  });

  it("carries the underlying code and cause for logs", async () => {
    const server = await serve((_request, response) => response.socket!.destroy());
    const error = await errorOf(outbound()(server.url));
    expect([error.detail, error.cause instanceof Error]).toEqual(["UND_ERR_SOCKET", true]);
  });
});

describe("a caller's signal", () => {
  const never: RequestListener = () => {};
  const begins: RequestListener = (_request, response) => void response.write("begin");

  it("ends the call or the reading with its own reason", async () => {
    for (const listener of [never, begins]) {
      const server = await serve(listener);
      const controller = new AbortController();
      setTimeout(() => controller.abort("no longer wanted"), 100);
      const reading = read(outbound()(server.url, { signal: controller.signal }));
      await expect(reading).rejects.toBe("no longer wanted");
    }
  });

  it("that is already aborted prevents the call", async () => {
    const server = await serve(ok);
    await expect(outbound()(server.url, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: "AbortError",
    });
    expect(server.connections()).toBe(0);
  });

  it("that is a time limit ends the call with TIMEOUT", async () => {
    const server = await serve(never);
    expect(await codeOf(outbound()(server.url, { signal: AbortSignal.timeout(100) }))).toBe("TIMEOUT");
  });

  it("is honoured inside a Request", async () => {
    const server = await serve(never);
    const request = new Request(server.url, { signal: AbortSignal.timeout(100) });
    expect(await codeOf(outbound()(request))).toBe("TIMEOUT");
  });
});

describe("the guarded fetch", () => {
  const mirror: RequestListener = (request, response) => {
    void request.toArray().then((chunks) => {
      const { "content-type": type, "content-length": length, authorization } = request.headers;
      const body = Buffer.concat(chunks).toString();
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ method: request.method, type, length, authorization, body }));
    });
  };
  const mirrored = async (response: Promise<Response>) => (await response).json();

  it("accepts a string, a URL and a Request, and returns a Response", async () => {
    const server = await serve(mirror);
    const request = new Request(server.url, {
      method: "POST",
      body: "hello",
      headers: { authorization: "Bearer t" },
    });
    expect(await mirrored(outbound()(request))).toMatchObject({
      method: "POST",
      type: "text/plain;charset=UTF-8",
      length: "5",
      authorization: "Bearer t",
      body: "hello",
    });
    expect(await mirrored(outbound()(new URL(server.url)))).toMatchObject({ method: "GET", body: "" });
    const response = await outbound()(server.url);
    expect(response).toBeInstanceOf(Response);
    expect([response.ok, response.url, response.redirected]).toEqual([true, `${server.url}/`, false]);
  });

  it("sends every kind of body", async () => {
    const server = await serve(mirror);
    const post = (body: BodyInit) =>
      mirrored(outbound()(server.url, { method: "post", body, duplex: "half" }));
    const form = new FormData();
    form.set("name", "value");
    expect(await post("é")).toMatchObject({
      method: "POST",
      type: "text/plain;charset=UTF-8",
      length: "2",
      body: "é",
    });
    expect(await post(new URLSearchParams({ a: "1 2" }))).toMatchObject({ body: "a=1+2", length: "5" });
    expect(await post(Buffer.from("bytes"))).toMatchObject({ body: "bytes", length: "5" });
    expect(await post(new Blob(["blob"], { type: "x/y" }))).toMatchObject({ type: "x/y", body: "blob" });
    expect((await post(form)).type).toMatch(/^multipart\/form-data; boundary=/);
    expect(await post(new Blob(["streamed"]).stream())).toMatchObject({ body: "streamed" });
  });

  it("returns every cookie, an empty answer and an error status unchanged", async () => {
    const server = await serve((request, response) => {
      response.setHeader("set-cookie", ["a=1", "b=2"]);
      response.writeHead(Number(request.url!.slice(1))).end();
    });
    expect((await outbound()(`${server.url}/503`)).headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    const empty = await outbound()(`${server.url}/204`);
    expect([empty.status, empty.body]).toEqual([204, null]);
  });

  it("streams an event as soon as it is sent", async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: first\n\n");
    });
    const reader = (await outbound()(server.url)).body!.getReader();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe("data: first\n\n");
    await reader.cancel();
  });

  it("refuses a Host header in any spelling", async () => {
    const server = await serve(ok);
    for (const headers of [{ Host: "intranet" }, [["hOST", "intranet"]], new Headers({ host: "intranet" })])
      expect(await codeOf(outbound()(server.url, { headers: headers as HeadersInit }))).toBe("URL_REFUSED");
    expect(server.connections()).toBe(0);
  });

  it("repeats no part of a header, a URL or a user name in an error", async () => {
    const server = await serve(ok);
    await server.close();
    const attempts = [
      () => outbound()(server.url, { headers: { authorization: "Bearer s3cret\nx" } }),
      () => outbound()(server.url, { headers: { authorization: "Bearer s3cret\u{1f511}" } }),
      () => outbound()(`${server.url}/s3cret?s3cret#s3cret`),
      () => outbound()("https://s3cret:s3cret@shop.example/s3cret"),
      () => outbound()("https://[s3cret]/s3cret"),
      () => outbound()("http://shop.example/s3cret?s3cret"),
      () => outbound()("https://10.0.0.1/s3cret?s3cret"),
    ];
    for (const attempt of attempts) {
      const error = await errorOf(attempt());
      for (let at: Error | undefined = error; at; at = at.cause as Error | undefined)
        expect(`${at.message} ${at.stack}`).not.toContain("s3cret");
      expect(JSON.stringify(error)).not.toContain("s3cret");
    }
  });

  it("reuses a connection within a second, and closes it afterwards", async () => {
    const server = await serve(ok);
    await read(outbound()(server.url));
    // A connection is free again a moment after its answer was read.
    await eventually(async () => {
      const before = server.connections();
      await read(outbound()(server.url));
      expect(server.connections()).toBe(before);
    });
    expect(server.open()).toBeGreaterThan(0);
    await eventually(() => expect(server.open()).toBe(0));
  });

  it("does not share connections with a fetch that has other rules", async () => {
    const server = await serve(ok, { tls: true });
    const { lookup } = answering([LOOPBACK]);
    const url = `https://shop.test:${server.port}/`;
    const operator = createOutboundFetch({ trust: "operator", lookup, ca: TEST_CERTIFICATE });
    expect(await read(operator(url))).toBe("ok");
    expect(await codeOf(publicOnly({ lookup, ca: TEST_CERTIFICATE })(url))).toBe("ADDRESS_REFUSED");
  });

  it("is cut off by closeOutbound, and works again afterwards", async () => {
    const server = await serve((request, response) => {
      if (request.url === "/") response.end("ok");
    });
    const pending = codeOf(outbound()(`${server.url}/hangs`));
    await eventually(() => expect(server.requests).toHaveLength(1));
    await closeOutbound();
    expect(await pending).toBe("NETWORK");
    expect(await read(outbound()(server.url))).toBe("ok");
  });
});
