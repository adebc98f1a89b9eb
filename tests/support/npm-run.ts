import { spawn } from "node:child_process";
import { childEnvironment } from "~/platform/env.server";

export type Ended = { code: number | null; text: string };

/** A script of package.json as an operator runs it, with the flags that it gives to Node. `text` is all that it printed. */
export function npmRun(script: string, args: string[], environment: Record<string, string>): Promise<Ended> {
  const child = spawn("npm", ["run", "-s", script, "--", ...args], {
    env: childEnvironment({ DIRECT_URL: "", ...environment }),
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (text += String(chunk)));
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, text })));
}
