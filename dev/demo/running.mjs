// One demo per checkout: its database belongs to one process. A running demo answers at a port of its own, which a file names.
import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { removeFile } from "./state.mjs";

const FILE = ".cache/demo.running.json";

/** The demo of this folder that runs already; undefined when there is none. @returns {Promise<{ url: string, pid: number } | undefined>} */
export async function findRunning() {
  try {
    const { port, token } = JSON.parse(readFileSync(FILE, "utf8"));
    const answer = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(2_000) });
    const found = await answer.json();
    return found.token === token ? found : undefined;
  } catch {
    // No file, or one of a demo that was killed.
    return undefined;
  }
}

/** Says from now on that this process is the demo at `url`. */
export async function announce(url) {
  const token = randomUUID();
  const server = createServer((_, res) => res.end(JSON.stringify({ token, url, pid: process.pid })));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  mkdirSync(".cache", { recursive: true });
  writeFileSync(FILE, JSON.stringify({ port: server.address().port, token }));
  process.on("exit", () => removeFile(FILE));
}
