import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { describe, expect, it } from "vitest";
import { DEVELOPMENT_ENCRYPTION_KEY } from "../../prisma/seed/keys";
import {
  backupIdentities,
  ConfigurationError,
  mergeSources,
  processEnvironment,
  readEnvFile,
  readEnvironment,
} from "~/platform/env.server";
import { postgresAddress } from "~/platform/db/postgres-address";
import { hasBearer } from "~/platform/http/bearer.server";

const good = {
  NODE_ENV: "production",
  DATABASE_URL: "postgresql://desk:s3cret-pw@db.internal:5432/backroom",
  SHOPIFY_API_KEY: "0123456789abcdef0123456789abcdef",
  SHOPIFY_API_SECRET: "shpss_0123456789abcdef",
  SHOPIFY_APP_URL: "https://desk.backroom.app",
  SCOPES: "read_orders,read_products",
  ENCRYPTION_KEY: `k1:${Buffer.alloc(32, 7).toString("base64")}`,
  CRON_SECRET: "0123456789abcdef0123456789abcdef",
};

const KMS_ARN = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

function problems(changes: Record<string, string | undefined>): string[] {
  try {
    readEnvironment({ ...good, ...changes });
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

describe("the environment", () => {
  it("keeps secrets apart from what may be shown", () => {
    const { env, secrets } = readEnvironment(good);
    expect(JSON.stringify(env)).not.toMatch(/s3cret-pw|shpss_|BwcH/);
    expect(secrets.databaseUrl).toContain("s3cret-pw");
    expect(env).toMatchObject({
      port: 3000,
      logLevel: "info",
      maxConnections: 10,
      scopes: ["read_orders", "read_products"],
    });
  });

  it.each([
    "DATABASE_URL",
    "SHOPIFY_API_KEY",
    "SHOPIFY_API_SECRET",
    "SHOPIFY_APP_URL",
    "SCOPES",
    "ENCRYPTION_KEY",
  ])("is refused with one sentence about %s when that is missing or empty", (name) => {
    for (const absent of [undefined, ""]) {
      const told = problems({ [name]: absent });
      expect(told).toHaveLength(1);
      expect(told[0]).toMatch(new RegExp(`^${name} is not set;.*[.]$`));
    }
  });

  it("means the schema of DATABASE_URL by a DIRECT_URL that names none, and takes a socket without a host", () => {
    const addresses = (databaseUrl: string, directUrl: string) => {
      const { secrets } = readEnvironment({ ...good, DATABASE_URL: databaseUrl, DIRECT_URL: directUrl });
      return [secrets.databaseUrl, secrets.directUrl].map((url) => postgresAddress(url!));
    };
    const socket = "postgresql://desk:pw@/backroom?host=/run/postgresql";
    expect(addresses(`${socket}&schema=staging`, socket)).toEqual([
      {
        host: "/run/postgresql",
        port: "",
        user: "desk",
        password: "pw",
        database: "backroom",
        schema: "staging",
      },
      {
        host: "/run/postgresql",
        port: "",
        user: "desk",
        password: "pw",
        database: "backroom",
        schema: "staging",
      },
    ]);
    expect(addresses(good.DATABASE_URL, `${socket}&schema=public`)[1]).toMatchObject({ schema: "public" });
    expect(problems({ DATABASE_URL: "file:./x.sqlite", DIRECT_URL: `${socket}&schema=other` })).toEqual([]);
  });

  it.each<[string, string, RegExp]>([
    ["DATABASE_URL", "mysql://root@localhost/x", /has the scheme "mysql:"; write file:/],
    ["DATABASE_URL", "backroom", /has no scheme/],
    ["DATABASE_URL", "postgresql://u:p@ss@[", /not a well-formed URL/],
    ["DATABASE_URL", "file:", /names no file/],
    ["DATABASE_URL", "file::memory:", /forget everything at each restart/],
    ["DIRECT_URL", "file:./x.sqlite", /must begin with postgresql:\/\//],
    ["DIRECT_URL", "postgresql://u:p@ss@[", /not a well-formed URL/],
    [
      "DIRECT_URL",
      "postgresql://db/x?schema=other",
      /names the schema "other", and DATABASE_URL means "public"/,
    ],
    ["DATABASE_URL", "postgresql://db/x?schema=a,b", /names the schema "a,b"; write one name/],
    ["DATABASE_URL", "postgresql://a:1,b:2/x", /names several hosts/],
    ["PRISMA_CLIENT_MAX_CONNECTIONS", "0", /whole number from 1 to 1000/],
    ["PRISMA_CLIENT_MAX_CONNECTIONS", "many", /whole number from 1 to 1000/],
    ["PORT", "70000", /whole number from 1 to 65535/],
    ["LOG_LEVEL", "loud", /must be one of fatal/],
    ["NODE_ENV", "prod", /must be production, development or test/],
    ["SHOPIFY_APP_URL", "desk.backroom.app", /must be an origin/],
    ["SHOPIFY_APP_URL", "https://desk.backroom.app/app", /must be an origin/],
    ["SHOPIFY_APP_URL", "http://desk.backroom.app", /must begin with https/],
    ["SCOPES", "read_orders; drop table", /scopes separated by commas/],
    ["ENCRYPTION_KEY", "k1:c2hvcnQ=", /entry 1 \("k1"\) is not 32 bytes of base64/],
    ["ENCRYPTION_KEY", Buffer.alloc(32, 7).toString("base64"), /entry 1 has no usable id/],
    ["ENCRYPTION_KEY", `${good.ENCRYPTION_KEY},${good.ENCRYPTION_KEY}`, /uses the id "k1" twice/],
    ["KMS_KEY_ID", "my key", /must be the id, the ARN or the alias/],
    ["KMS_KEY_ID", "arn:aws:s3:eu-west-1:111122223333:key/1", /must be the id, the ARN or the alias/],
    ["KMS_KEY_ID", "alias/backroom", /names a key without its region; write its ARN, or set AWS_REGION/],
    ["KMS_KEY_ID_PREVIOUS", "alias/a, b c", /separated by commas/],
    ["KMS_KEY_ID_PREVIOUS", `${KMS_ARN},alias/old`, /names a key without its region/],
    ["KMS_ENDPOINT", "kms.internal", /must be a URL such as/],
    ["KMS_ENDPOINT", "https://user:word@kms.internal", /must be a URL such as/],
    ["KMS_ENDPOINT", "http://kms.internal", /must begin with https:\/\/ in production/],
    ["AWS_REGION", "Ireland", /must be a region of AWS, e\.g\. eu-west-1/],
    ["CRON_SECRET", "short", /at least 16 characters/],
    ["CRON_SECRET", "sixteen characters and spaces", /letters, digits and signs of ASCII without spaces/],
    ["METRICS_TOKEN", "sechzehn-Schlüssel", /letters, digits and signs of ASCII without spaces/],
    ["DEMO_NOW", "yesterday", /must be an ISO instant/],
    ["DEMO_NOW", "2026-11-16T15:00:00Z", /must not be set in production/],
  ])("is refused for %s=%s with a sentence about that variable", (name, value, sentence) => {
    const told = problems({ [name]: value });
    expect(told.join("\n")).toMatch(sentence);
    expect(told.every((line) => line.startsWith(name))).toBe(true);
  });

  it("accepts a bearer secret of every character that a header can carry", () => {
    const secret = String.fromCharCode(...Array.from({ length: 94 }, (_, i) => 33 + i));
    const { cronSecret } = readEnvironment({ ...good, CRON_SECRET: secret }).secrets;
    const request = new Request("https://desk.test", { headers: { Authorization: `Bearer ${secret}` } });
    expect(hasBearer(request, cronSecret!)).toBe(true);
  });

  it("accepts a KMS key instead of a keyring, beside it, or for reading only", () => {
    const keysOf = (changes: Record<string, string | undefined>) =>
      readEnvironment({ ...good, ...changes }).secrets;
    expect(keysOf({}).kms).toBeUndefined();
    expect(keysOf({ ENCRYPTION_KEY: undefined, KMS_KEY_ID: KMS_ARN })).toMatchObject({
      keyring: undefined,
      kms: { names: [KMS_ARN], seals: true },
    });
    const moved = {
      KMS_KEY_ID: "alias/new",
      KMS_KEY_ID_PREVIOUS: `alias/a, ${KMS_ARN}`,
      AWS_REGION: "eu-west-1",
    };
    expect(keysOf(moved)).toMatchObject({
      keyring: [{ id: "k1" }],
      kms: { names: ["alias/new", "alias/a", KMS_ARN], seals: true, region: "eu-west-1" },
    });
    expect(keysOf({ KMS_KEY_ID_PREVIOUS: KMS_ARN }).kms).toMatchObject({ names: [KMS_ARN], seals: false });
    // A key that only opens leaves nothing to seal with.
    expect(problems({ ENCRYPTION_KEY: undefined, KMS_KEY_ID_PREVIOUS: KMS_ARN })).toEqual([
      expect.stringMatching(/^ENCRYPTION_KEY is not set;/),
    ]);
  });

  it("is refused in production with the encryption key that the seed publishes", () => {
    const bytes = DEVELOPMENT_ENCRYPTION_KEY.split(":")[1];
    for (const keyring of [DEVELOPMENT_ENCRYPTION_KEY, `k9:${bytes}`, `${good.ENCRYPTION_KEY},old:${bytes}`])
      expect(problems({ ENCRYPTION_KEY: keyring })).toEqual([expect.stringMatching(/^ENCRYPTION_KEY /)]);
    expect(problems({ SHOPIFY_APP_URL: "https://your-desk.com" })).toEqual([]);
  });

  it("is refused with every problem at once, one line each", () => {
    expect(
      problems({ DATABASE_URL: undefined, SCOPES: undefined, PORT: "x" })
        .map((line) => line.split(" ")[0])
        .sort(),
    ).toEqual(["DATABASE_URL", "PORT", "SCOPES"]);
  });

  it("is refused without repeating a secret", () => {
    const told = problems({
      DATABASE_URL: "postgresql://desk:hunter2@@@[",
      ENCRYPTION_KEY: "k1:aHVudGVyMg==",
      CRON_SECRET: "hunter2",
    });
    expect(told).toHaveLength(3);
    expect(told.join("\n")).not.toMatch(/hunter2|aHVudGVyMg/);
  });
});

describe(".env.example", () => {
  const example = parseEnv(readFileSync(".env.example", "utf8")) as Record<string, string>;

  it("is sufficient to start in development", () => {
    expect(() => readEnvironment({ ...example, NODE_ENV: "development" })).not.toThrow();
  });

  it("is refused in production with one sentence per placeholder", () => {
    const told = problems({ ...example, NODE_ENV: "production" });
    for (const name of [
      "SHOPIFY_API_KEY",
      "SHOPIFY_API_SECRET",
      "SHOPIFY_APP_URL",
      "ENCRYPTION_KEY",
      "CRON_SECRET",
    ])
      expect(told.filter((line) => line.startsWith(`${name} still holds the placeholder`))).toHaveLength(1);
  });

  it("lists every variable that is read", () => {
    const source = readFileSync("app/platform/env.server.ts", "utf8");
    const read = new Set([...source.matchAll(/^ {2}([A-Z][A-Z0-9_]+):/gm)].map((match) => match[1]));
    expect(read.size).toBeGreaterThan(20);
    const listed = readFileSync(".env.example", "utf8");
    for (const name of read)
      expect(listed, `${name} is missing from .env.example`).toMatch(new RegExp(`^#? ?${name}=`, "m"));
  });
});

describe("the variables of the process", () => {
  const file = { PORT: "1", SHOPIFY_APP_URL: "https://backroom.example.com" };

  it("override a .env file, and an empty value counts as unset", () => {
    expect(mergeSources(file, { PORT: "2" }).PORT).toBe("2");
    expect(mergeSources(file, { PORT: "" })).not.toHaveProperty("PORT");
  });

  it("give SHOPIFY_APP_URL from HOST of `shopify app dev`, unless they set SHOPIFY_APP_URL itself", () => {
    const tunnel = { HOST: "https://random.trycloudflare.com" };
    expect(mergeSources(file, tunnel).SHOPIFY_APP_URL).toBe(tunnel.HOST);
    expect(mergeSources(file, { ...tunnel, SHOPIFY_APP_URL: "https://x.dev" }).SHOPIFY_APP_URL).toBe(
      "https://x.dev",
    );
    expect(mergeSources(file, { HOST: "0.0.0.0" }).SHOPIFY_APP_URL).toBe(file.SHOPIFY_APP_URL);
  });
});

describe("a .env file", () => {
  const write = (text: string | Buffer) => {
    const path = join(mkdtempSync(join(tmpdir(), "backroom-env-")), ".env");
    writeFileSync(path, text);
    return path;
  };

  it("may have comments, blank lines, export, quotes and values over several lines", () => {
    const path = write(`# a comment\n\nexport A=1\nB="two\nlines"\nC='x # y'\n`);
    expect(readEnvFile(path)).toEqual({ A: "1", B: "two\nlines", C: "x # y" });
  });

  it("is refused with the number of a damaged line", () => {
    const path = write("A=1\nthis is not a setting\n");
    expect(() => readEnvFile(path)).toThrow(
      expect.objectContaining({
        code: "CONFIGURATION_INVALID",
        problems: [expect.stringContaining("line 2")],
      }),
    );
  });

  it("that does not exist counts as empty", () => {
    expect(readEnvFile("/nonexistent/.env")).toEqual({});
  });

  it.each([
    ["a byte order mark", "\uFEFFA=1\nB=2\n", { A: "1", B: "2" }],
    [
      "CRLF line ends",
      `A=1\r\nB="two\r\nlines"\r\n\r\n# x\r\nexport C='3'\r\n`,
      { A: "1", B: "two\nlines", C: "3" },
    ],
    ["both, and a comment first", "\uFEFF# mine\r\nA=1\r\n", { A: "1" }],
    ["old Macintosh line ends", "A=1\rB=2\r", { A: "1", B: "2" }],
    ["a name twice: the last one counts", "A=1\nA=2\n", { A: "2" }],
    ["nothing but a byte order mark", "\uFEFF", {}],
  ])("may have %s", (_, text, values) => {
    expect(readEnvFile(write(text))).toEqual(values);
  });

  it.each([
    ["UTF-16 as Windows PowerShell writes it", Buffer.from("\uFEFFA=1\r\n", "utf16le"), "UTF-16"],
    ["UTF-16 without a mark", Buffer.from("A=1\n", "utf16le"), "UTF-16"],
    ["Latin-1", Buffer.from("A=caf\xe9\n", "latin1"), "not UTF-8"],
  ])("is refused with a sentence in %s", (_, bytes, words) => {
    const path = write(bytes);
    expect(() => readEnvFile(path)).toThrow(
      expect.objectContaining({
        code: "CONFIGURATION_INVALID",
        problems: [expect.stringMatching(new RegExp(`^${path} is .*${words}.*Save it as UTF-8\\.$`))],
      }),
    );
  });

  it("is refused with a sentence when it is a folder, as Docker makes of a mount that is missing", () => {
    const folder = mkdtempSync(join(tmpdir(), "backroom-env-"));
    for (const read of [() => readEnvFile(folder), () => backupIdentities({ BACKUP_IDENTITY_FILE: folder })])
      expect(read).toThrow(
        expect.objectContaining({
          code: "CONFIGURATION_INVALID",
          problems: [expect.stringContaining("is a folder")],
        }),
      );
  });

  it("is no part of the environment of a process that is told READ_ENV_FILE=off", () => {
    const folder = mkdtempSync(join(tmpdir(), "backroom-env-"));
    writeFileSync(join(folder, ".env"), "FROM_FILE=1\n");
    const before = process.cwd();
    try {
      process.chdir(folder);
      expect(processEnvironment().FROM_FILE).toBe("1");
      process.env.READ_ENV_FILE = "off";
      writeFileSync(join(folder, ".env"), "of: another project\n");
      expect(processEnvironment().FROM_FILE).toBeUndefined();
    } finally {
      process.chdir(before);
      delete process.env.READ_ENV_FILE;
    }
  });
});
