/**
 * An HTTP server that clients cannot exhaust by connections on which they send nothing, send slowly, or read nothing. It keeps
 * descriptors for the database, files and outgoing calls; near its limit the connection that has waited longest for its client
 * is closed for a new one.
 */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import type { Socket } from "node:net";

export type ServerLimits = {
  /** Open connections; see mostConnections */
  connections: number;
  /** For a client that takes nothing of its answer, in milliseconds */
  stalledMs?: number;
};

/** Connections above the limit that are told why, with 503; further ones are closed without an answer. */
const MOST_TOLD = 16;
const STALLED_MS = 30_000;

/** As createServer. `limits.connections` counts those that are served; a stopped server is closed as any other. */
export function createLimitedServer(
  options: ServerOptions,
  listener: RequestListener,
  { connections, stalledMs = STALLED_MS }: ServerLimits,
): Server {
  const open = new Set<Socket>();
  /** Connections on which the next byte is the client's to send, the one that has waited longest first */
  const waiting = new Set<Socket>();
  /** Requests without a complete answer; a connection has more than one where a client does not wait for answers */
  const unanswered = new Map<Socket, number>();
  const told = new Set<Socket>();

  const server = createServer(options, (request, response) => {
    const { socket } = request;
    const inFlight = (unanswered.get(socket) ?? 0) + 1;
    unanswered.set(socket, inFlight);
    waiting.delete(socket);
    if (hasBody(request.headers)) {
      waiting.add(socket);
      request.on("end", whole);
    }
    response.on("close", answered);
    if (!told.has(socket)) return listener(request, response);
    response.writeHead(503, { "Retry-After": "5", "Content-Type": "text/plain", Connection: "close" });
    response.end("Too many connections are open; try again in a few seconds.\n");
  });

  server.on("connection", (socket) => {
    open.add(socket);
    socket.once("close", () => forget(socket));
    if (open.size > connections && !closeLongestWaiting()) {
      if (open.size > connections + MOST_TOLD) return close(socket);
      told.add(socket);
    }
    waiting.add(socket);
  });

  server.timeout = stalledMs;
  server.on("timeout", (socket: Socket) => {
    // What takes long on our side is no fault of the client, who has nothing to read yet.
    if (unanswered.has(socket) && !waiting.has(socket) && !socket.writableLength)
      return void socket.setTimeout(stalledMs);
    close(socket);
  });
  return server;

  // Listeners of every request: one function for all of them, and "on", as these events come once, costs the least.
  function whole(this: IncomingMessage) {
    waiting.delete(this.socket);
  }

  function answered(this: ServerResponse) {
    const { socket } = this.req;
    const left = (unanswered.get(socket) ?? 1) - 1;
    if (left > 0) return unanswered.set(socket, left);
    unanswered.delete(socket);
    if (open.has(socket)) waiting.add(socket);
  }

  /** False where every connection has a request that is being served. */
  function closeLongestWaiting(): boolean {
    const [longest] = waiting;
    const victim = longest ?? [...open].find((socket) => socket.writableLength > 0);
    if (victim) close(victim);
    return victim !== undefined;
  }

  /** Its descriptor is free at once, its "close" comes later. */
  function close(socket: Socket) {
    forget(socket);
    socket.destroy();
  }

  function forget(socket: Socket) {
    for (const sockets of [open, waiting, unanswered, told]) sockets.delete(socket);
  }
}

function hasBody({
  "content-length": length,
  "transfer-encoding": encoding,
}: NodeJS.Dict<string | string[]>) {
  return encoding !== undefined || (length !== undefined && length !== "0");
}
