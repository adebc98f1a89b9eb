import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from "./test-certificate";

export type LocalServer = {
  port: number;
  /** http://127.0.0.1:port, or https://localhost:port */
  url: string;
  /** TCP connections that it has accepted so far */
  connections: () => number;
  /** Those of them that are open now */
  open: () => number;
  /** Method and path of each request so far */
  requests: string[];
  close: () => Promise<void>;
};

/** A server of the outside world, on a loopback address. */
export async function localServer(
  listener: RequestListener,
  { tls = false, address = "127.0.0.1" } = {},
): Promise<LocalServer> {
  const requests: string[] = [];
  const recording: RequestListener = (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    response.on("error", () => {});
    listener(request, response);
  };
  const server = tls
    ? createTlsServer({ cert: TEST_CERTIFICATE, key: TEST_CERTIFICATE_KEY }, recording)
    : createServer(recording);
  let accepted = 0;
  let open = 0;
  server.on("connection", (socket: Socket) => {
    accepted++;
    open++;
    socket.on("close", () => open--);
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: tls
      ? `https://localhost:${port}`
      : `http://${address.includes(":") ? `[${address}]` : address}:${port}`,
    connections: () => accepted,
    open: () => open,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
