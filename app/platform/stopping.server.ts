/** Whether this process has been told to end: what takes long ends after the step that it is in, and says what it left. */
const controller = new AbortController();

/** Aborted from `stopWhatIsLong` on */
export const stopping: AbortSignal = controller.signal;

/** Once, by who serves (server.ts), before it waits for what is running. */
export function stopWhatIsLong() {
  controller.abort();
}
