import { connect, type Socket } from "node:net";
import type { LoadJob } from "./load-job";
import type { Tally } from "./load-tally";

/** A connection with more than this still unsent takes no further request. */
const MOST_BUFFERED = 64 * 1024;

/** Writes at the given rate whether or not anybody answers, over connections that are opened again when they are closed. */
export async function flood(job: LoadJob & { mode: "flood" }, tally: Tally, next: () => Buffer) {
  const sockets: Socket[] = [];
  let stopped = false;
  const open = (i: number) => {
    const { hostname, port } = new URL(job.url);
    const socket = (sockets[i] = connect({ host: hostname, port: Number(port), noDelay: true }));
    socket.on("data", (chunk) => countAnswers(chunk, tally));
    socket.on("error", () => undefined);
    socket.once("close", () => !stopped && setTimeout(open, 5, i));
  };
  for (let i = 0; i < job.connections; i++) open(i);

  const startAt = performance.now();
  let due = 0;
  let turn = 0;
  await new Promise<void>((done) => {
    const tick = () => {
      const now = performance.now();
      if (now > tally.until) return done();
      for (; due < ((now - startAt) * job.rate) / 1000; due++) {
        const socket = sockets[turn++ % sockets.length]!;
        const takes = !socket.destroyed && socket.writableLength < MOST_BUFFERED;
        if (takes) socket.write(next());
        if (now >= tally.from) tally[takes ? "sent" : "unsent"] += 1;
      }
      setTimeout(tick, 1);
    };
    tick();
  });
  stopped = true;
  for (const socket of sockets) socket.destroy();
}

function countAnswers(chunk: Buffer, tally: Tally) {
  const now = performance.now();
  if (now < tally.from || now > tally.until) return;
  for (let at = chunk.indexOf("HTTP/1.1 "); at >= 0; at = chunk.indexOf("HTTP/1.1 ", at + 9)) {
    const status = Number(chunk.toString("latin1", at + 9, at + 12));
    tally.statuses[status] = (tally.statuses[status] ?? 0) + 1;
  }
}
