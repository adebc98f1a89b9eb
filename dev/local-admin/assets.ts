import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Router } from "express";
import { build } from "vite";
import { handled } from "./async-handler";

/** The browser's part: the admin's own script and style, and the stand-in of App Bridge. */
export function assetRoutes(): Router {
  const router = Router();
  router.get(
    "/app-bridge.js",
    handled(async (_req, res) => {
      // The app's page loads it from another origin, as it loads Shopify's.
      res.set({ "Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin" });
      res.type("text/javascript").send(await bundle("bridge"));
    }),
  );
  router.get(
    "/admin.js",
    handled(async (_req, res) => res.type("text/javascript").send(await bundle("admin"))),
  );
  router.get("/admin.css", (_req, res) => {
    res.type("text/css").send(readFileSync(new URL("./browser/admin/admin.css", import.meta.url)));
  });
  return router;
}

const bundles = new Map<string, Promise<string>>();

/** One classic script from the TypeScript of a folder, made at the first request and kept. */
function bundle(name: "bridge" | "admin"): Promise<string> {
  const made = bundles.get(name) ?? bundleNow(name);
  bundles.set(name, made);
  return made;
}

async function bundleNow(name: string): Promise<string> {
  const result = await build({
    configFile: false,
    envFile: false,
    logLevel: "silent",
    publicDir: false,
    build: {
      write: false,
      minify: false,
      target: "es2022",
      lib: {
        entry: fileURLToPath(new URL(`./browser/${name}/main.ts`, import.meta.url)),
        formats: ["iife"],
        name,
      },
    },
  });
  const [first] = Array.isArray(result) ? result : [result];
  if (!first || !("output" in first)) throw new Error(`The ${name} script could not be built.`);
  return first.output[0].code;
}
