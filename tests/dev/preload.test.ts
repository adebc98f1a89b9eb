import { describe, expect, it } from "vitest";
import { runNode } from "../support/child-process";
import { listening } from "./support/local-admin";

/** Runs `code` in a Node process that the preload prepared. */
function run(code: string, environment: Record<string, string>) {
  const args = ["--import", "./dev/preload.mjs", "--input-type=module", "--eval", code];
  return runNode(args, { environment });
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
    ["empty", ""],
    ["another machine", "http://192.168.0.5:4000"],
    ["a host name that begins with localhost", "http://localhost.evil.test"],
    ["a host name that begins with 127.0.0.1", "http://127.0.0.1.evil.test"],
    ["not a web address", "file:///etc"],
  ])("refuses a LOCAL_ADMIN_ORIGIN that is %s", async (_, LOCAL_ADMIN_ORIGIN) => {
    const result = await run("console.log('started')", { LOCAL_ADMIN_ORIGIN });
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toBe(
      "LOCAL_ADMIN_ORIGIN must be a loopback address such as http://127.0.0.1:4000.\n",
    );
  });

  it.each(["http://127.0.0.1:4000", "http://localhost:4000", "http://[::1]:4000", "http://127.8.8.8"])(
    "accepts %s as LOCAL_ADMIN_ORIGIN",
    async (LOCAL_ADMIN_ORIGIN) => {
      expect((await run("console.log('started')", { LOCAL_ADMIN_ORIGIN })).stdout).toBe("started\n");
    },
  );

  it("reroutes calls to a shop to the local admin with their method, headers and query", async () => {
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

  it("does not reroute calls to any other host", async () => {
    const other = await listening((_req, res) => res.end("other"));
    const code = `console.log(await (await fetch("${other}/myshopify.com")).text());
      console.log(await fetch("http://127.0.0.1:9/https://a.myshopify.com/").catch(() => "not rerouted"));`;
    const { stdout } = await run(code, { LOCAL_ADMIN_ORIGIN: await echo() });
    expect(stdout).toBe("other\nnot rerouted\n");
  });

  it("reroutes calls also when a polyfill has replaced fetch", async () => {
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

  it("reroutes a Request of Remix's own fetch", async () => {
    const code = `import { installGlobals } from "@remix-run/node";
      installGlobals({ nativeFetch: true });
      const request = new Request("https://a.myshopify.com/admin", { method: "PUT", body: "x", headers: { "X-Shopify-Access-Token": "t" } });
      console.log(await (await fetch(request)).text());`;
    const { stdout } = await run(code, { LOCAL_ADMIN_ORIGIN: await echo() });
    expect(stdout).toBe("PUT /shops/a.myshopify.com/admin t\n");
  });
});
