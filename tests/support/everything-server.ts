import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { onTestFinished } from "vitest";
import { childEnvironment } from "~/platform/env.server";
import freePort from "./free-port";

/** The published @modelcontextprotocol/server-everything as a process of its own; resolves with its endpoint. */
export async function everythingServer(): Promise<string> {
  const port = await freePort();
  const script = createRequire(import.meta.url).resolve(
    "@modelcontextprotocol/server-everything/dist/index.js",
  );
  const child = spawn(process.execPath, [script, "streamableHttp"], {
    env: childEnvironment({ PORT: String(port) }),
    stdio: ["ignore", "ignore", "pipe"],
  });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await exited;
  });
  let printed = "";
  await new Promise<void>((resolve, reject) => {
    child.stderr.on("data", (chunk) => {
      printed += String(chunk);
      if (printed.includes("listening on port")) resolve();
    });
    child.once("exit", () => reject(new Error(`It ended before it listened:\n${printed}`)));
  });
  return `http://127.0.0.1:${port}/mcp`;
}
