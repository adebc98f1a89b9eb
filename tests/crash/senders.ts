/** Shopify's side: many deliveries at once, each sent with the same id until somebody says 200. */
import { setTimeout as sleep } from "node:timers/promises";
import { RawConnection } from "../support/raw-http";

export type Sending = {
  /** Doors; each try goes to one of them at random */
  urls: string[];
  /** The bytes of delivery `n` */
  request: (n: number, url: string) => Buffer;
  /** Numbers of deliveries, in the order in which they are sent; a number that comes again is a redelivery */
  deliveries: Iterator<number>;
  /** Told once for each delivery, when it was acknowledged; after that the sender forgets it */
  acknowledged: (n: number) => void;
  concurrency?: number;
};

export type SendingReport = {
  acknowledged: number;
  /** Tries that got no 200, by status; 0 is no answer at all */
  failures: Record<number, number>;
};

export async function sendAll(sending: Sending): Promise<SendingReport> {
  const report: SendingReport = { acknowledged: 0, failures: {} };
  const { urls, request, deliveries, acknowledged, concurrency = 48 } = sending;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      const connections = urls.map((url) => ({ url, connection: new RawConnection(url) }));
      for (let next = deliveries.next(); !next.done; next = deliveries.next()) {
        for (let tries = 1; ; tries++) {
          const { url, connection } = connections[Math.floor(Math.random() * connections.length)]!;
          const status = await new Promise<number>((resolve) =>
            connection.send(request(next.value, url), resolve),
          );
          if (status === 200) break;
          report.failures[status] = (report.failures[status] ?? 0) + 1;
          await sleep(Math.min(50 * 2 ** tries, 1_000) * (0.5 + Math.random()));
        }
        report.acknowledged += 1;
        acknowledged(next.value);
      }
      for (const { connection } of connections) connection.close();
    }),
  );
  return report;
}
