// `node --import ./dev/preload.mjs build/index.js`: the unchanged app, with its calls to Shopify going to the local admin.
// Shopify's library and ours both call the global fetch, so that is the one place; no module of the app knows of it.
const problem = startProblem(process.env);
if (problem) {
  console.error(problem);
  process.exit(1);
}
rerouteFetch(new URL(process.env.LOCAL_ADMIN_ORIGIN).origin);

/** Why this process must not start with its Shopify replaced, or undefined. */
function startProblem({ NODE_ENV, LOCAL_ADMIN_ORIGIN: origin }) {
  if (NODE_ENV === "production")
    return "dev/preload.mjs replaces Shopify by a local stand-in and must not run with NODE_ENV=production.";
  if (!isLoopback(origin))
    return "LOCAL_ADMIN_ORIGIN must be a loopback address such as http://127.0.0.1:4000.";
  return undefined;
}

function isLoopback(origin = "") {
  let url;
  try {
    url = new URL(origin);
  } catch {
    return false;
  }
  const { protocol, hostname } = url;
  const loopback = hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
  return loopback && /^https?:$/.test(protocol);
}

/**
 * https://{shop}.myshopify.com/{path} goes to {adminOrigin}/shops/{shop}.myshopify.com/{path}. A fetch that is put in place
 * later (Remix installs one) takes over the calls themselves, and does not undo this.
 */
function rerouteFetch(adminOrigin) {
  let installed = globalThis.fetch;
  const fetch = (input, init) => {
    const isRequest = typeof input === "object" && "url" in input;
    const url = new URL(isRequest ? input.url : input);
    if (url.protocol !== "https:" || !url.hostname.endsWith(".myshopify.com")) return installed(input, init);
    const local = `${adminOrigin}/shops/${url.hostname}${url.pathname}${url.search}`;
    return installed(isRequest ? new Request(local, input) : local, init);
  };
  Object.defineProperty(globalThis, "fetch", {
    configurable: true,
    enumerable: true,
    get: () => fetch,
    set: (replacement) => (installed = replacement),
  });
}
