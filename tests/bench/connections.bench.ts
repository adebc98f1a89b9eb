/**
 * What a connection test costs beside the bare call: opening the secret, parsing, classing, writing the event. The bare
 * contender sends the very requests that the test sends, with Node's fetch, and reads the answers; an assertion it signs
 * anew each time, as whoever calls Google with a service account must.
 */
import { sign } from "node:crypto";
import type { ConnectionContext } from "~/features/connections/connection-context";
import { testStored } from "~/features/connections/retest.server";
import { PROVIDERS, type Provider } from "~/features/connections/provider";
import { findConnection } from "~/features/connections/stored-connection.server";
import { testConnection } from "~/features/connections/test-connection.server";
import { connectDatabase } from "~/platform/db/client.server";
import { newStore, startProviders, submit, type Providers } from "../support/connections";
import type { BenchDatabases } from "./databases";
import { race, type Lengths } from "./measure";

const GOAL_MS = 5;

export async function benchConnections(databases: BenchDatabases, lengths: Lengths) {
  const providers = await startProviders(() => new Date());
  for (const engine of ["sqlite", "postgres"] as const) {
    const db = await connectDatabase(await databases.create(engine, `bench_connections_${engine}`));
    const context = await newStore(db, providers);
    for (const provider of PROVIDERS) {
      const { status } = await submit(context, provider, "connect", providers.forms[provider]());
      if (status !== 200) throw new Error(`${provider} could not be connected.`);
      await benchTest(context, provider, `${provider}, ${engine}`, lengths);
    }
    await db.$disconnect();
  }
  await providers.close();
}

async function benchTest(context: ConnectionContext, provider: Provider, title: string, lengths: Lengths) {
  const { requests, privateKey } = await requestsOf(context, provider);
  const [bare, ours] = await race(
    [
      {
        name: "bare",
        run: async () => {
          for (const [url, init] of requests)
            await (await fetch(url, { ...init, body: signedAnew(init.body, privateKey) })).text();
        },
      },
      {
        name: "ours",
        run: async () => testStored(context, (await findConnection(context, provider))!, "MANUAL"),
      },
    ],
    lengths,
  );
  const overhead = ours!.medianMs - bare!.medianMs;
  console.log(
    `Connection test, ${title.padEnd(15)} ${requests.length} call${requests.length === 1 ? " " : "s"}   bare ${bare!.medianMs.toFixed(2)} ms   test ${ours!.medianMs.toFixed(2)} ms   overhead ${overhead.toFixed(2)} ms   goal ≤ ${GOAL_MS} ms: ${overhead <= GOAL_MS ? "met" : "MISSED"}`,
  );
}

/** What one test sends, to be sent again as it is. */
async function requestsOf(context: ConnectionContext, provider: Provider) {
  const requests: [string, RequestInit][] = [];
  const recorder =
    (real: Providers["deps"]["operatorFetch"]): typeof fetch =>
    async (input, init) => {
      const request = new Request(input, init);
      const body = request.method === "GET" ? undefined : await request.clone().text();
      requests.push([request.url, { method: request.method, headers: [...request.headers], body }]);
      return real(input, init);
    };
  const { operatorFetch, publicFetch } = context.deps;
  const deps = {
    ...context.deps,
    operatorFetch: recorder(operatorFetch),
    publicFetch: recorder(publicFetch),
  };
  const connection = (await findConnection(context, provider))!;
  await testConnection({ ...context, deps }, connection);
  const { credential } = connection;
  return { requests, privateKey: credential.kind === "service_account" ? credential.privateKey : null };
}

/** A token request with the signature of its assertion made again; any other body as it is. */
function signedAnew(body: RequestInit["body"], privateKey: string | null): RequestInit["body"] {
  if (!privateKey || typeof body !== "string" || !body.includes("assertion=")) return body;
  const form = new URLSearchParams(body);
  const claims = form.get("assertion")!.split(".").slice(0, 2).join(".");
  form.set("assertion", `${claims}.${sign("sha256", Buffer.from(claims), privateKey).toString("base64url")}`);
  return form.toString();
}
