import { envelope, isEnvelope, type FromAdmin, type FromApp } from "../protocol";

const script = document.currentScript as HTMLScriptElement;

/** The app's Client ID, from the script's own tag. */
export const apiKey =
  script.dataset.apiKey ??
  document.querySelector<HTMLMetaElement>('meta[name="shopify-api-key"]')?.content ??
  "";

/** The stand-in is served by the local admin, so the script's own address says which origin to trust. */
const adminOrigin = new URL(script.src).origin;

const listeners = new Set<(message: FromAdmin) => void>();
let requests = 0;

addEventListener("message", (event) => {
  if (event.origin !== adminOrigin || event.source !== parent || !isEnvelope(event.data)) return;
  for (const listener of [...listeners]) listener(event.data.message);
});

export function tell(message: FromApp) {
  parent.postMessage(envelope(message), adminOrigin);
}

export function hear(listener: (message: FromAdmin) => void) {
  listeners.add(listener);
}

/** Asks the admin and waits for the answer with the same number. */
export function ask<Kind extends "id-token" | "leave">(
  kind: Kind,
): Promise<Extract<FromAdmin, { kind: Kind }>> {
  const request = ++requests;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => {
        listeners.delete(listener);
        reject(new Error(`The local admin did not answer "${kind}". Is this page open inside it?`));
      },
      kind === "leave" ? 600_000 : 10_000,
    );
    const listener = (message: FromAdmin) => {
      if (message.kind !== kind || !("request" in message) || message.request !== request) return;
      clearTimeout(timer);
      listeners.delete(listener);
      resolve(message as Extract<FromAdmin, { kind: Kind }>);
    };
    listeners.add(listener);
    tell({ kind, request });
  });
}
