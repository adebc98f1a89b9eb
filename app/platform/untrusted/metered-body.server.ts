import { EventStreamMeter, type EventStreamLimits } from "./event-stream-meter";
import { JsonMeter } from "./json-meter";

/**
 * The answer of a server that is not trusted: its body fails with JsonLimitError or EventStreamLimitError at the first byte that
 * is too much. `as` is what the reader will take it for.
 */
export function metered(response: Response, as: "json" | "events", limits: EventStreamLimits): Response {
  if (!response.body) return response;
  const meter = as === "events" ? new EventStreamMeter(limits) : new JsonMeter(limits);
  const reader = response.body.getReader();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) return controller.close();
        try {
          meter.push(value);
        } catch (error) {
          await reader.cancel(error).catch(() => undefined);
          throw error;
        }
        controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  const { status, statusText, headers, url } = response;
  return Object.defineProperty(new Response(body, { status, statusText, headers }), "url", { value: url });
}
