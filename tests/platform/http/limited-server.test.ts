import { once } from "node:events";
import type { RequestListener, Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createLimitedServer } from "~/platform/http/limited-server.server";
import { eventually } from "../../support/eventually";

const MOST = 4;

let server: Server;
const clients: Client[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.socket.destroy();
  server.closeAllConnections();
  server.close();
});

type Client = { socket: Socket; received: () => string; isClosed: () => boolean };

async function listen(listener: RequestListener, stalledMs?: number) {
  server = createLimitedServer({}, listener, { connections: MOST, stalledMs }).listen(0, "127.0.0.1");
  await once(server, "listening");
}

/** Connects, sends `text`, and is there once the server has accepted it. */
async function client(text = ""): Promise<Client> {
  const accepted = once(server, "connection");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  let received = "";
  let closed = false;
  socket.setEncoding("latin1").on("data", (part) => (received += String(part)));
  socket.on("error", () => undefined).on("close", () => (closed = true));
  if (text) socket.write(text);
  await accepted;
  const one = { socket, received: () => received, isClosed: () => closed };
  clients.push(one);
  return one;
}

const GET = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const LONG = GET.replace("/ ", "/long ");
const answered = (one: Client) => eventually(() => expect(one.received()).toMatch(/^HTTP\/1\.1 200 /));
const closed = (one: Client) => eventually(() => expect(one.isClosed()).toBe(true));

/** Answers at once, or when it is told where the path is /long. */
function slowListener() {
  const running: (() => void)[] = [];
  const listener: RequestListener = (request, response) => {
    request.resume();
    if (request.url === "/long") running.push(() => response.end("done"));
    else response.end("done");
  };
  return { listener, running };
}

describe("a server with a limit of connections", () => {
  it.each([
    ["sends nothing", ""],
    ["sends half of a head", "GET / HTTP/1.1\r\nHo"],
    ["sends half of a body", "POST /long HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf"],
    ["sends nothing after its answer", GET],
  ])("closes the oldest connection that %s, for a new one", async (_name, text) => {
    await listen(slowListener().listener);
    const silent: Client[] = [];
    for (let i = 0; i < MOST; i++) silent.push(await client(text));
    if (text === GET) for (const one of silent) await answered(one);
    await answered(await client(GET));
    await closed(silent[0]!);
    expect(silent.slice(1).map((one) => one.isClosed())).toEqual([false, false, false]);
  });

  it("serves every client that asks, while others open connections and send nothing", async () => {
    await listen(slowListener().listener);
    for (let i = 0; i < 10; i++) {
      for (let n = 0; n < 2 * MOST; n++) await client();
      await answered(await client(GET));
    }
  });

  it("keeps a connection that was used later than one that only waits", async () => {
    await listen(slowListener().listener);
    const [used, idle] = [await client(GET), await client()];
    await answered(used);
    used.socket.write(GET);
    await eventually(() => expect(used.received().match(/HTTP\/1\.1 200 /g)).toHaveLength(2));
    while (clients.length <= MOST) await client();
    await closed(idle);
    expect(used.isClosed()).toBe(false);
  });

  it("closes none whose request is being served, and tells a further one to come again with 503", async () => {
    const { listener, running } = slowListener();
    await listen(listener);
    const busy: Client[] = [];
    for (let i = 0; i < MOST; i++) busy.push(await client(LONG));
    await eventually(() => expect(running).toHaveLength(MOST));
    const further = await client(GET);
    await closed(further);
    expect(further.received()).toMatch(/^HTTP\/1\.1 503 [\s\S]*\r\nRetry-After: 5\r\n[\s\S]*try again/);
    for (const finish of running) finish();
    for (const one of busy) await answered(one);
    await answered(await client(GET));
  });

  it("holds a bounded number of connections while all are busy, however many come", async () => {
    const { listener, running } = slowListener();
    await listen(listener);
    for (let i = 0; i < MOST; i++) await client(LONG);
    await eventually(() => expect(running).toHaveLength(MOST));
    for (let i = 0; i < 100; i++) await client();
    await eventually(() => expect(clients.filter((one) => !one.isClosed()).length).toBeLessThan(MOST + 20));
    expect(clients.slice(0, MOST).every((one) => !one.isClosed())).toBe(true);
  });

  it("counts a connection with two requests at once as busy until the second is answered", async () => {
    const { listener, running } = slowListener();
    await listen(listener);
    const two = await client(GET + LONG);
    await answered(two);
    await eventually(() => expect(running).toHaveLength(1));
    for (let i = 0; i < 2 * MOST; i++) await client();
    running[0]!();
    await eventually(() => expect(two.received().match(/HTTP\/1\.1 200 /g)).toHaveLength(2));
  });

  it("closes a connection whose client takes nothing of its answer, and none whose answer takes long", async () => {
    const { listener, running } = slowListener();
    const huge = Buffer.alloc(32 * 1024 * 1024);
    await listen((request, response) => {
      if (request.url === "/huge") response.end(huge);
      else listener(request, response);
    }, 300);
    const long = await client(LONG);
    const deaf = await client(GET.replace("/ ", "/huge "));
    deaf.socket.pause();
    await eventually(async () => {
      const open = await new Promise((resolve) => server.getConnections((_error, count) => resolve(count)));
      expect(open).toBe(1);
    });
    running[0]!();
    await answered(long);
  });
});
