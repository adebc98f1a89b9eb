import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { childEnvironment } from "~/platform/env.server";
import { listening } from "./support/local-admin";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Runs `code` in a Node process that the preload prepared. */
function run(code: string, environment: Record<string, string>) {
  const args = ["--import", "./dev/preload.mjs", "--input-type=module", "--eval", code];
  const child = spawn(process.execPath, args, { cwd: ROOT, env: childEnvironment(environment) });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => (stdout += chunk));
  child.stderr.on("data", (chunk) => (stderr += chunk));
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.on("close", (exitCode) => resolve({ code: exitCode, stdout, stderr })),
  );
}

const echo = () =>
  listening((req, res) =>
    res.end(`${req.method} ${req.url} ${String(req.headers["x-shopify-access-token"] ?? "")}`),
  );

describe("the preload", () => {
  it("refuses to run in production, in one sentence", async () => {
    const result = await run("console.log('started')", {
      NODE_ENV: "production",
      LOCAL_ADMIN_ORIGIN: "http://127.0.0.1:4000",
    });
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toMatch(/^dev\/preload\.mjs .*must not run with NODE_ENV=production\.\n$/);
  });

  it.each([
    ["no address", ""],
    ["another machine", "http://192.168.0.5:4000"],
    ["a name that only looks like this machine", "http://localhost.evil.test"],
    ["a name that begins like its number", "http://127.0.0.1.evil.test"],
    ["no web address", "file:///etc"],
  ])("refuses %s", async (_, LOCAL_ADMIN_ORIGIN) => {
    const result = await run("console.log('started')", { LOCAL_ADMIN_ORIGIN });
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toBe(
      "LOCAL_ADMIN_ORIGIN must be a loopback address such as http://127.0.0.1:4000.\n",
    );
  });

  it.each(["http://127.0.0.1:4000", "http://localhost:4000", "http://[::1]:4000", "http://127.8.8.8"])(
    "accepts %s",
    async (LOCAL_ADMIN_ORIGIN) => {
      expect((await run("console.log('started')", { LOCAL_ADMIN_ORIGIN })).stdout).toBe("started\n");
    },
  );

  it("sends the calls to a shop to the local admin, with their method, headers and query", async () => {
    const code = `
      const init = { method: "POST", headers: { "X-Shopify-Access-Token": "t" }, body: "{}" };
      console.log(await (await fetch("https://a-b.myshopify.com/admin/x.json?y=1", init)).text());
      console.log(await (await fetch(new URL("https://a-b.myshopify.com/z"))).text());
      console.log(await (await fetch(new Request("https://a-b.myshopify.com/admin/x.json", init))).text());`;
    const { stdout } = await run(code, { LOCAL_ADMIN_ORIGIN: await echo() });
    expect(stdout.split("\n")).toEqual([
      "POST /shops/a-b.myshopify.com/admin/x.json?y=1 t",
      "GET /shops/a-b.myshopify.com/z ",
      "POST /shops/a-b.myshopify.com/admin/x.json t",
      "",
    ]);
  });

  it("leaves every other call alone", async () => {
    const other = await listening((_req, res) => res.end("other"));
    const code = `console.log(await (await fetch("${other}/myshopify.com")).text());
      console.log(await fetch("http://127.0.0.1:9/https://a.myshopify.com/").catch(() => "not rerouted"));`;
    const { stdout } = await run(code, { LOCAL_ADMIN_ORIGIN: await echo() });
    expect(stdout).toBe("other\nnot rerouted\n");
  });

  it("keeps its way when a polyfill puts its own fetch in place", async () => {
    const code = `globalThis.fetch = async (url) => new Response("polyfill " + url);
      console.log(await (await fetch("https://a.myshopify.com/admin")).text());
      console.log(await (await fetch("https://elsewhere.test/")).text());`;
    const { stdout } = await run(code, { LOCAL_ADMIN_ORIGIN: "http://127.0.0.1:4000" });
    expect(stdout.split("\n")).toEqual([
      "polyfill http://127.0.0.1:4000/shops/a.myshopify.com/admin",
      "polyfill https://elsewhere.test/",
      "",
    ]);
  });

  it("serves Remix's own fetch and its Request", async () => {
    const code = `import { installGlobals } from "@remix-run/node";
      installGlobals({ nativeFetch: true });
      const request = new Request("https://a.myshopify.com/admin", { method: "PUT", body: "x", headers: { "X-Shopify-Access-Token": "t" } });
      console.log(await (await fetch(request)).text());`;
    const { stdout } = await run(code, { LOCAL_ADMIN_ORIGIN: await echo() });
    expect(stdout).toBe("PUT /shops/a.myshopify.com/admin t\n");
  });
});
