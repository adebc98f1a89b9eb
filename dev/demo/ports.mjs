import { createServer } from "node:net";

/** The first free port from `wanted` on, leaving out those `taken` already. */
export async function freePort(wanted, taken = []) {
  for (let port = wanted; port <= 65_535; port += 1)
    if (!taken.includes(port) && (await isFree(port))) return port;
  throw new Error(`No port from ${wanted} on is free.`);
}

/** Free on every address: a browser may take localhost for either of 127.0.0.1 and ::1. */
async function isFree(port) {
  return (await canListen(port)) && (await canListen(port, "127.0.0.1"));
}

function canListen(port, host) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
