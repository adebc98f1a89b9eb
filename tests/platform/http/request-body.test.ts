import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { afterEach, expect, it } from "vitest";
import { BodyMemory, readRequestBody } from "~/platform/http/request-body.server";
import { eventually } from "../../support/eventually";

const KILOBYTE = 1024;

let server: Server;
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.close();
});

/** Answers each body with what was read of it: its size, or why it was refused. */
async function listen(memory: BodyMemory, onChunk?: (chunk: Buffer) => void) {
  server = createServer((request, response) => {
    const options = { mostBytes: 40 * KILOBYTE, memory, onChunk };
    readRequestBody(request, response, options).then(
      (body) => response.end(typeof body === "string" ? body : `${body.length} bytes`),
      () => response.destroy(),
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
}

function post(size: number, sent = size) {
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  sockets.push(socket);
  let received = "";
  socket.on("error", () => undefined).on("data", (text) => (received += String(text)));
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${size}\r\n\r\n`);
  socket.write(Buffer.alloc(sent, 120));
  return { socket, received: () => received };
}

const answers = ({ received }: ReturnType<typeof post>, text: string) =>
  eventually(() => expect(received()).toContain(text));

it("a body is read up to its limit, whether its length is told or not", async () => {
  await listen(new BodyMemory());
  await answers(post(40 * KILOBYTE), "40960 bytes");
  await answers(post(40 * KILOBYTE + 1, 0), "too large");
  const chunked = post(0);
  chunked.socket.write("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\na001\r\n");
  chunked.socket.write(Buffer.alloc(0xa001));
  await answers(chunked, "too large");
});

it("the parts that are shown as they come are the body", async () => {
  const parts: Buffer[] = [];
  await listen(new BodyMemory(), (chunk) => parts.push(chunk));
  const one = post(30 * KILOBYTE, 10 * KILOBYTE);
  await eventually(() => expect(parts.length).toBeGreaterThan(0));
  one.socket.write(Buffer.alloc(20 * KILOBYTE, 121));
  await answers(one, "30720 bytes");
  expect(Buffer.concat(parts)).toEqual(
    Buffer.concat([Buffer.alloc(10 * KILOBYTE, 120), Buffer.alloc(20 * KILOBYTE, 121)]),
  );
});

it("over the memory of all bodies the largest incomplete one is refused, and small ones are read", async () => {
  await listen(new BodyMemory(100 * KILOBYTE));
  const seen = [30, 39, 20].map((size) => post(40 * KILOBYTE, size * KILOBYTE));
  await eventually(async () => expect(await open()).toBe(3));
  const further = post(40 * KILOBYTE, 15 * KILOBYTE);
  await answers(seen[1]!, "no room");
  await answers(post(KILOBYTE), "1024 bytes");
  further.socket.write(Buffer.alloc(25 * KILOBYTE));
  // 30 + 20 + 40 are not too much.
  await answers(further, "40960 bytes");
});

it("the memory of a body is free again once it is answered, refused or cut off", async () => {
  await listen(new BodyMemory(50 * KILOBYTE));
  for (let i = 0; i < 10; i++) {
    await answers(post(30 * KILOBYTE), "30720 bytes");
    post(40 * KILOBYTE, 35 * KILOBYTE).socket.end();
    await answers(post(50 * KILOBYTE, 0), "too large");
    await eventually(async () => expect(await open()).toBeLessThanOrEqual(2 * i + 2));
  }
  await answers(post(40 * KILOBYTE), "40960 bytes");
});

const open = () => new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)));
