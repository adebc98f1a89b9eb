/** @type {import('@remix-run/dev').AppConfig} */
export default {
  appDirectory: "app",
  server: "./app/server.ts",
  serverBuildPath: "build/index.js",
  serverModuleFormat: "esm",
  serverPlatform: "node",
  serverMinify: false,
  // Polaris imports JSON without the import attribute that Node's ESM loader wants.
  serverDependenciesToBundle: [/^@shopify\/polaris(?!-icons)/],
  ignoredRouteFiles: ["**/.*", "**/*.test.*"],
  tailwind: false,
  postcss: false,
  future: {
    v3_fetcherPersist: true,
    v3_relativeSplatPath: true,
    v3_throwAbortReason: true,
    v3_lazyRouteDiscovery: false,
    // Shopify's boundary.headers expects one response per loader.
    v3_singleFetch: false,
  },
};
