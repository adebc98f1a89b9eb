import { createServer, connect, type Socket } from "node:net";
import freePort from "./free-port";

/** A cable to a server that a test can pull out and plug in again. */
export type Cable = { url: string; cut: () => Promise<void>; mend: () => Promise<void> };

/** `url` names host and port of a TCP server; the cable's own `url` leads to it through this process. */
export async function layCable(url: string): Promise<Cable> {
  const target = new URL(url);
  const port = await freePort();
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => sockets.delete(socket));
    }
    near.pipe(far);
    far.pipe(near);
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
  });
  const mend = () => new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const cut = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  await mend();
  return { url: Object.assign(new URL(url), { host: `127.0.0.1:${port}` }).href, cut, mend };
}
