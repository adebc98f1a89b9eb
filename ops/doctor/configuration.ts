/** The variables, the file that they are in, Node, and the machine. */
import { readFile } from "node:fs/promises";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigurationError, readEnvFile } from "~/platform/env.server";
import type { Check, Context } from "./context";
import { few, found, type Found, verb } from "./finding";

export const configuration: Check = async (context) => [
  ...context.problems.map((problem) => found("mend", "ENV_INVALID", problem)),
  ...(await envFile(context)),
  ...mode(context),
  ...appUrl(context),
  ...bearers(context),
  ...node(context),
  ...(await machine(context)),
  ...(await port(context)),
];

async function envFile({ host }: Context): Promise<Found[]> {
  const path = join(host.folder, ".env");
  const bytes = await readFile(path).catch(() => undefined);
  if (!bytes) return [];
  const encoding = encodingOf(bytes);
  if (encoding)
    return [
      found(
        "mend",
        "ENV_FILE_ENCODING",
        `.env is written in ${encoding}, so its first variable, or all of them, are not read.`,
        "Save it as UTF-8 without a byte order mark (in PowerShell: Out-File -Encoding utf8NoBOM).",
      ),
    ];
  try {
    readEnvFile(path);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems.map((problem) => found("mend", "ENV_FILE_DAMAGED", problem));
  }
}

function encodingOf(bytes: Buffer): string | undefined {
  const [a, b, c] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff) || bytes.includes(0)) return "UTF-16";
  return a === 0xef && b === 0xbb && c === 0xbf ? "UTF-8 with a byte order mark" : undefined;
}

/** Set by the platforms themselves, on every machine of theirs. */
const PLATFORMS = {
  ...{ FLY_APP_NAME: "Fly", RENDER: "Render", KUBERNETES_SERVICE_HOST: "Kubernetes" },
  ...{ DYNO: "Heroku", RAILWAY_ENVIRONMENT_NAME: "Railway", K_SERVICE: "Cloud Run" },
};

function mode({ isProduction, variables }: Context): Found[] {
  const platform = Object.entries(PLATFORMS).find(([name]) => variables[name])?.[1];
  if (isProduction || !platform) return [];
  const is = variables.NODE_ENV ? `"${variables.NODE_ENV}"` : "not set";
  return [
    found(
      "mend",
      "NOT_PRODUCTION",
      `This is a machine of ${platform}, and NODE_ENV is ${is}: placeholders and http addresses are not refused.`,
      "Set NODE_ENV=production.",
    ),
  ];
}

function appUrl({ isProduction, configuration }: Context): Found[] {
  if (!configuration || !isProduction) return [];
  const { hostname } = new URL(configuration.env.appUrl);
  if (!/^(localhost|.*\.localhost|127\..*|\[::1\]|0\.0\.0\.0)$/.test(hostname)) return [];
  return [
    found(
      "mend",
      "APP_URL_LOOPBACK",
      `SHOPIFY_APP_URL names this machine (${hostname}), where Shopify cannot reach it.`,
      "Write the public https address of the app.",
    ),
  ];
}

const BEARERS = ["SHOPIFY_API_SECRET", "SHOPIFY_API_SECRET_PREVIOUS", "CRON_SECRET", "METRICS_TOKEN"];

function bearers({ variables, isProduction }: Context): Found[] {
  const same = BEARERS.filter(
    (name) =>
      variables[name] && BEARERS.some((other) => other !== name && variables[other] === variables[name]),
  );
  return [
    ...(same.length
      ? [
          found(
            "warning",
            "SECRET_REUSED",
            `${few(same, 4)} have the same value.`,
            "Give each its own: who learns one of them may otherwise use the other as well.",
          ),
        ]
      : []),
    ...(variables.CRON_SECRET
      ? []
      : [
          found(
            isProduction ? "warning" : "note",
            "CRON_SECRET_UNSET",
            "CRON_SECRET is not set, so the /cron endpoints answer 503.",
            "Set it (openssl rand -hex 32), or schedule npm run retention, inbox and refresh instead.",
          ),
        ]),
    ...(variables.METRICS_TOKEN
      ? []
      : [
          found(
            "note",
            "METRICS_TOKEN_UNSET",
            "METRICS_TOKEN is not set, so /metrics answers 503.",
            "Set it where a monitor reads the metrics.",
          ),
        ]),
  ];
}

function node({ host, variables }: Context): Found[] {
  const [major = 0, minor = 0] = host.nodeVersion.split(".").map(Number);
  const least = { 20: 19, 22: 12, 24: 0, 26: 0 }[major];
  const findings: Found[] = [];
  if (least === undefined || minor < least)
    findings.push(
      found(
        "mend",
        "NODE_UNSUPPORTED",
        `This is Node ${host.nodeVersion}; Backroom runs on 20.19, 22.12, 24 and 26, each or later of its line.`,
        "Install one of them; 22 and later are recommended.",
      ),
    );
  else if (major < 22)
    findings.push(
      found(
        "note",
        "NODE_OLD",
        `Node ${host.nodeVersion} gets no security updates any more.`,
        "Move to Node 22 or later.",
      ),
    );
  const weak = [
    ...(variables.NODE_TLS_REJECT_UNAUTHORIZED === "0" ? ["NODE_TLS_REJECT_UNAUTHORIZED=0"] : []),
    ...(variables.NODE_OPTIONS?.match(
      /--(insecure-http-parser|tls-min-v1\.[01]|openssl-legacy-provider)\b/g,
    ) ?? []),
  ];
  if (weak.length)
    findings.push(
      found(
        "mend",
        "TLS_WEAKENED",
        `${few(weak)} ${verb(weak.length, "weakens", "weaken")} every connection of the app, to Shopify and to the database.`,
        "Remove it; name an authority that is missing in NODE_EXTRA_CA_CERTS or sslrootcert.",
      ),
    );
  return findings;
}

const LEAST_FILES = 1_024;

async function machine({ host, variables }: Context): Promise<Found[]> {
  const findings: Found[] = [];
  const files = await host.openFiles();
  if (files !== undefined && files < LEAST_FILES)
    findings.push(
      found(
        "warning",
        "FILES_LIMIT_LOW",
        `A process may open ${files} files and connections at most, and each request takes one or two.`,
        `Raise it to ${LEAST_FILES} or more (ulimit -n, or LimitNOFILE of systemd).`,
      ),
    );
  const folder = variables.TMPDIR || tmpdir();
  if (!(await host.mayWrite(folder)))
    findings.push(
      found(
        "mend",
        "TEMP_FOLDER_UNUSABLE",
        `The folder for temporary files, ${folder}, is not there or cannot be written to; restore and verify need it.`,
        "Make it, or name another in TMPDIR.",
      ),
    );
  return findings;
}

async function port({ configuration, host }: Context): Promise<Found[]> {
  if (!configuration) return [];
  const { port } = configuration.env;
  const findings: Found[] = [];
  if (port < host.freePorts() && host.uid !== 0)
    findings.push(
      found(
        "mend",
        "PORT_PRIVILEGED",
        `PORT is ${port}, which only an administrator may listen on here.`,
        `Set PORT to ${host.freePorts()} or more, and let a proxy forward to it.`,
      ),
    );
  if ((await listener(port)) === "another")
    findings.push(
      found(
        "warning",
        "PORT_TAKEN",
        `Another program than Backroom listens on port ${port} of this machine.`,
        "Stop it, or set PORT to a free one.",
      ),
    );
  return findings;
}

/** Who answers /healthz on this machine. Both the app and nothing at all are as they should be. */
function listener(port: number): Promise<"nothing" | "backroom" | "another"> {
  return new Promise((resolve) => {
    const request = get({ host: "127.0.0.1", port, path: "/healthz", timeout: 2_000 }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        text += part;
        if (text.length > 1_000) request.destroy();
      });
      response.on("close", () =>
        resolve(text.replace(/\s/g, "") === '{"status":"ok"}' ? "backroom" : "another"),
      );
    });
    request.on("timeout", () => request.destroy(Object.assign(new Error("silent"), { code: "SILENT" })));
    request.on("error", ({ code }: NodeJS.ErrnoException) =>
      resolve(code === "ECONNREFUSED" ? "nothing" : "another"),
    );
  });
}
