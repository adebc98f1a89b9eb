import type { ActionFunctionArgs } from "@remix-run/node";
import type { ReadableStream } from "node:stream/web";
import { processDoor } from "~/features/webhooks/door.server";
import { answerTo, receive } from "~/features/webhooks/receive.server";

/**
 * The door for whoever serves this build with another server than ours, whose own entry comes before Remix (server.ts).
 */
// 200 stored, now or before · 400 header or body malformed · 401 wrong signature · 405 not POST · 413 over 5 MB · 503 database away
const answer = async ({ request }: ActionFunctionArgs) => {
  const body = (request.body ?? new Blob([]).stream()) as ReadableStream<Uint8Array>;
  const received = await receive(
    {
      method: request.method,
      header: (name) => request.headers.get(name) ?? undefined,
      body: body.values({ preventCancel: true }),
    },
    processDoor(),
  );
  const { status, headers, text } = answerTo(received);
  return new Response(text, { status, headers: { "Content-Type": "text/plain; charset=utf-8", ...headers } });
};

export const action = answer;
export const loader = answer;
