/**
 * The only reader of process.env. Ordinary configuration (`env`) and secrets (`secrets`) are separate objects, so that
 * whoever logs or renders the first cannot leak the second.
 */
import { parseEnv } from "node:util";
import { z } from "zod";
import { parseKeyring } from "./crypto/keyring.server";
import type { KeySources } from "./crypto/keys.server";
import { regionOf } from "./crypto/kms.server";
import { DatabaseUrlError, parseDatabaseUrl } from "./db/database-url";
import { parseUrl } from "./http/parse-url";
import { namesSchema, postgresAddress, withHostPlace, withSchema } from "./db/postgres-address";
import { readTextFile, TextFileError } from "./text-file.server";

export type Env = {
  nodeEnv: "production" | "development" | "test";
  port: number;
  logLevel: LogLevel;
  shopifyApiKey: string;
  /** Origin of the app as Shopify reaches it, no trailing slash */
  appUrl: string;
  scopes: string[];
  /** Postgres connections of this process */
  maxConnections: number;
  /** Demo and tests only: the instant at which the app's clock starts */
  demoNow: Date | undefined;
  /** Where the providers of connections are; other than the public ones for private gateways and tests */
  providers: { googleToken: string; ga4: string; gsc: string; bing: string };
  /** Development only: addresses that merchants type may lead to this machine */
  allowLoopbackConnections: boolean;
  /** Whether this process works on the inbox, or only fills it */
  inboxWorker: boolean;
  /** Days by retention policy, where they are other than the standard ones; 0 or less keeps everything */
  retentionDays: Record<string, number>;
};

export type Secrets = {
  /** Carries the database password */
  databaseUrl: string;
  /** Postgres only: past the pooler, for migrations and dumps */
  directUrl: string | undefined;
  shadowDatabaseUrl: string | undefined;
  shopifyApiSecret: string;
  /** Accepted beside the current one while the client secret is being rotated */
  shopifyApiSecretPrevious: string | undefined;
  cronSecret: string | undefined;
  metricsToken: string | undefined;
} & KeySources;

export type LogLevel = "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";

/** Every problem as one sentence that begins with the variable's name. */
export class ConfigurationError extends Error {
  readonly name = "ConfigurationError";
  readonly code = "CONFIGURATION_INVALID";
  constructor(readonly problems: string[]) {
    super(problems.join("\n"));
  }
}

/** Variables by name, as a process has them. */
export type Source = Record<string, string | undefined>;

/** @throws {ConfigurationError} naming every bad or missing variable at once */
export function readEnvironment(source: Source): { env: Env; secrets: Secrets } {
  const present = withoutEmpty(source);
  const parsed = schema.safeParse(present);
  const problems = parsed.success ? [] : parsed.error.issues.map(describeIssue);
  problems.push(...keyProblems(present));
  if (present.NODE_ENV === "production") problems.push(...productionProblems(present));
  if (!parsed.success || problems.length) throw new ConfigurationError([...new Set(problems)]);

  const v = parsed.data;
  return {
    env: {
      nodeEnv: v.NODE_ENV,
      port: v.PORT,
      logLevel: v.LOG_LEVEL,
      shopifyApiKey: v.SHOPIFY_API_KEY,
      appUrl: v.SHOPIFY_APP_URL,
      scopes: v.SCOPES,
      maxConnections: v.PRISMA_CLIENT_MAX_CONNECTIONS,
      demoNow: v.DEMO_NOW,
      providers: {
        googleToken: v.GOOGLE_TOKEN_URL,
        ga4: v.GA4_BASE_URL,
        gsc: v.GSC_BASE_URL,
        bing: v.BING_BASE_URL,
      },
      allowLoopbackConnections: v.ALLOW_LOOPBACK_CONNECTIONS,
      inboxWorker: v.INBOX_WORKER === "on",
      retentionDays: retentionDays(v),
    },
    secrets: {
      databaseUrl: v.DATABASE_URL,
      directUrl: directUrl(v.DATABASE_URL, v.DIRECT_URL),
      shadowDatabaseUrl: v.SHADOW_DATABASE_URL,
      shopifyApiSecret: v.SHOPIFY_API_SECRET,
      shopifyApiSecretPrevious: v.SHOPIFY_API_SECRET_PREVIOUS,
      cronSecret: v.CRON_SECRET,
      metricsToken: v.METRICS_TOKEN,
      ...keySources(v),
    },
  };
}

let cached: ReturnType<typeof readEnvironment> | undefined;

/** This process's configuration: `.env` under process.env, read once. */
export function environment() {
  return (cached ??= readEnvironment(processEnvironment()));
}

/** For scripts that open secrets and need nothing of Shopify. */
export function keyEnvironment(variables: Source): KeySources {
  const source = withoutEmpty(variables);
  const parsed = keySchema.safeParse(source);
  const problems = [...(parsed.error?.issues.map(describeIssue) ?? []), ...keyProblems(source)];
  if (!parsed.success || problems.length) throw new ConfigurationError([...new Set(problems)]);
  return keySources(parsed.data);
}

function keySources(v: z.infer<typeof keySchema>): KeySources {
  const [first, ...others] = [v.KMS_KEY_ID ?? [], v.KMS_KEY_ID_PREVIOUS ?? []].flat();
  const kms = first
    ? {
        names: [first, ...others] as const,
        seals: Boolean(v.KMS_KEY_ID),
        region: v.AWS_REGION,
        endpoint: v.KMS_ENDPOINT,
      }
    : undefined;
  return { keyring: v.ENCRYPTION_KEY, kms };
}

/** For scripts that need a database and nothing of Shopify. */
export function databaseEnvironment(variables: Source, fallbackUrl?: string) {
  const source = withoutEmpty(variables);
  const parsed = databaseSchema.safeParse({ ...source, DATABASE_URL: source.DATABASE_URL || fallbackUrl });
  if (!parsed.success) throw new ConfigurationError(parsed.error.issues.map(describeIssue));
  return {
    databaseUrl: parsed.data.DATABASE_URL,
    directUrl: directUrl(parsed.data.DATABASE_URL, parsed.data.DIRECT_URL),
    shadowDatabaseUrl: parsed.data.SHADOW_DATABASE_URL,
    verifyUrl: parsed.data.VERIFY_DATABASE_URL,
    maxConnections: parsed.data.PRISMA_CLIENT_MAX_CONNECTIONS,
  };
}

/**
 * The same schema of the same database: an address that names none means that of DATABASE_URL. A leftover one must not send
 * half of the commands to another engine.
 * @throws {ConfigurationError} when it names another schema
 */
function directUrl(databaseUrl: string, url: string | undefined): string | undefined {
  if (!url || databaseUrl.startsWith("file:") || databaseUrl === ":memory:") return undefined;
  const { schema } = postgresAddress(databaseUrl);
  if (!namesSchema(url)) return withSchema(url, schema);
  const other = postgresAddress(url).schema;
  if (other === schema) return url;
  throw new ConfigurationError([
    `DIRECT_URL names the schema "${other}", and DATABASE_URL means "${schema}"; write the same ?schema= in both.`,
  ]);
}

/** For the sweep from a shell. */
export function retentionEnvironment(source: Source): { retentionDays: Record<string, number> } {
  const parsed = retentionSchema.safeParse(withoutEmpty(source));
  if (!parsed.success) throw new ConfigurationError(parsed.error.issues.map(describeIssue));
  return { retentionDays: retentionDays(parsed.data) };
}

export type BackupBucket = {
  name: string;
  /** Another provider than AWS, e.g. Backblaze B2 */
  endpoint: string | undefined;
  region: string;
  /** Begins the key of every object; empty, or ends in a slash */
  prefix: string;
};

/** For scripts that make backups and read them. What opens them is asked for apart (backupIdentities). */
export function backupEnvironment(variables: Source) {
  const source = withoutEmpty(variables);
  const parsed = backupSchema.safeParse(source);
  const problems = parsed.error?.issues.map(describeIssue) ?? [];
  for (const name of ["BACKUP_S3_ENDPOINT", "BACKUP_S3_REGION", "BACKUP_S3_PREFIX"])
    if (source[name] && !source.BACKUP_S3_BUCKET) problems.push(`${name} is set, but not BACKUP_S3_BUCKET.`);
  if (source.BACKUP_S3_BUCKET && !source.BACKUP_S3_REGION && !source.AWS_REGION)
    problems.push("BACKUP_S3_REGION is not set; it is the region of the bucket, e.g. eu-west-1.");
  if (!parsed.success || problems.length) throw new ConfigurationError(problems);
  const v = parsed.data;
  const bucket: BackupBucket | undefined = v.BACKUP_S3_BUCKET
    ? {
        name: v.BACKUP_S3_BUCKET,
        endpoint: v.BACKUP_S3_ENDPOINT,
        region: v.BACKUP_S3_REGION ?? v.AWS_REGION ?? "",
        prefix: v.BACKUP_S3_PREFIX,
      }
    : undefined;
  return {
    environment: v.BACKUP_ENVIRONMENT,
    recipients: v.BACKUP_RECIPIENT,
    keepDays: v.BACKUP_KEEP_DAYS,
    folder: v.BACKUP_FOLDER,
    bucket,
  };
}

/**
 * What opens backups, for restore and verify alone: the host that makes them need not have it.
 * @throws {ConfigurationError} also when there is none
 */
export function backupIdentities(source: Source): string[] {
  const { BACKUP_IDENTITY: value, BACKUP_IDENTITY_FILE: file } = withoutEmpty(source);
  const name = value ? "BACKUP_IDENTITY" : "BACKUP_IDENTITY_FILE";
  if (!value && !file)
    throw new ConfigurationError([
      "BACKUP_IDENTITY is not set; it is the AGE-SECRET-KEY-… that belongs to BACKUP_RECIPIENT (or name its file in BACKUP_IDENTITY_FILE).",
    ]);
  const text = value ?? readConfigured(file!);
  if (text === undefined)
    throw new ConfigurationError([`BACKUP_IDENTITY_FILE names ${file}, and there is no such file.`]);
  // As age-keygen writes it: comments, and one identity a line
  const lines = text.split(/[\n,]/).map((line) => line.trim());
  const identities = lines.filter((line) => line && !line.startsWith("#"));
  if (!identities.length || !identities.every((line) => /^AGE-SECRET-KEY-[0-9A-Z-]+$/.test(line)))
    throw new ConfigurationError([`${name} must hold an identity of age: AGE-SECRET-KEY-1….`]);
  return identities;
}

function retentionDays(v: z.infer<typeof retentionSchema>): Record<string, number> {
  const days = {
    "ai-drafts": v.RETENTION_AI_DRAFTS_DAYS,
    "connection-events": v.RETENTION_CONNECTION_EVENTS_DAYS,
    "webhook-events": v.RETENTION_WEBHOOK_EVENTS_DAYS,
    sessions: v.RETENTION_SESSIONS_DAYS,
    "retention-runs": v.RETENTION_RUNS_DAYS,
    "compliance-requests": v.RETENTION_COMPLIANCE_REQUESTS_DAYS,
  };
  return Object.fromEntries(
    Object.entries(days).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );
}

/** A raw value for a script of tests and of the demo; undefined when unset or empty. */
export function scriptOption(name: string): string | undefined {
  return processEnvironment()[name] || undefined;
}

/** The environment for a child process: ours, with `changes` on top. */
export function childEnvironment(changes: Source): NodeJS.ProcessEnv {
  return { ...process.env, ...changes };
}

/**
 * The environment for a program of Postgres: `changes`, and of `source` where programs are and what an address may leave open:
 * these our driver reads as well. Others (PGSERVICE, PGHOSTADDR, PGSYSCONFDIR) libpq alone reads, and would lead to another
 * server.
 */
export function toolEnvironment(source: Source, changes: Source): NodeJS.ProcessEnv {
  const passed = Object.entries(source).filter(([name]) =>
    /^(PATH|HOME|LD_LIBRARY_PATH|PG(HOST|PORT|USER|PASSWORD|PASSFILE|SSLMODE))$/.test(name),
  );
  return {
    ...Object.fromEntries(passed),
    LC_ALL: "C",
    NODE_ENV: source.NODE_ENV,
    ...changes,
  } as NodeJS.ProcessEnv;
}

/**
 * The Prisma CLI reads `env("DATABASE_URL")` by itself, and takes an unset one for a missing engine. It asks its maker for
 * updates in a second process, which costs a third of a second and finds no network on many machines.
 */
export function providePrismaEnvironment(databaseUrl: string) {
  process.env.DATABASE_URL = databaseUrl;
  process.env.CHECKPOINT_DISABLE ??= "1";
}

/**
 * This process's variables over those of `.env`, without the empty ones. READ_ENV_FILE=off leaves `.env` unread: the demo's
 * processes have a configuration of their own.
 * @throws {ConfigurationError} when `.env` cannot be read, or a line of it is damaged
 */
export function processEnvironment(): Source {
  return mergeSources(process.env.READ_ENV_FILE === "off" ? {} : readEnvFile(".env"), process.env);
}

/**
 * The process's variables over those of the file. An empty value is no value, and hides the one in the file. `shopify app
 * dev` passes the address of its tunnel as HOST, and it changes with every start, so it too comes before the file.
 */
export function mergeSources(file: Source, variables: Source): Source {
  const tunnel = variables.HOST?.startsWith("https://") ? { SHOPIFY_APP_URL: variables.HOST } : {};
  return withoutEmpty({ ...file, ...tunnel, ...variables });
}

function withoutEmpty(source: Source): Source {
  return Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ""));
}

/** @throws {ConfigurationError} when it cannot be read, or a line is neither empty, nor a comment, nor NAME=value */
export function readEnvFile(path: string): Source {
  const text = readConfigured(path);
  if (text === undefined) return {};
  // Quoted values may span lines: they are blanked before the lines are looked at.
  const lines = text.replace(/=\s*(["'`])[\s\S]*?\1/g, (m) => "=" + "\n".repeat(m.split("\n").length - 1));
  const problems = lines.split("\n").flatMap((line, i) => {
    if (/^\s*(#.*)?$|^\s*(export\s+)?[A-Za-z_][A-Za-z0-9_]*\s*=/.test(line)) return [];
    return [`${path} line ${i + 1} is not NAME=value; correct the line or put # before it.`];
  });
  if (problems.length) throw new ConfigurationError(problems);
  return parseEnv(text);
}

/** Undefined when there is no such file. @throws {ConfigurationError} when there is one that cannot be read as text */
function readConfigured(path: string): string | undefined {
  try {
    return readTextFile(path);
  } catch (error) {
    if (error instanceof TextFileError) throw new ConfigurationError([error.message]);
    throw error;
  }
}

const databaseUrl = z
  .string("is not set; write file:./prisma/dev.sqlite for a laptop or postgresql://… for Postgres.")
  .superRefine(refuseMalformed)
  .transform(withHostPlace);

const postgresUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, { error: "must begin with postgresql://.", abort: true })
  .superRefine(refuseMalformed)
  .transform(withHostPlace);

function refuseMalformed(value: string, context: z.core.$RefinementCtx) {
  try {
    parseDatabaseUrl(value);
  } catch (error) {
    if (!(error instanceof DatabaseUrlError)) throw error;
    context.addIssue({ code: "custom", message: error.message });
  }
}

const databaseSchema = z.object({
  DATABASE_URL: databaseUrl,
  DIRECT_URL: postgresUrl.optional(),
  SHADOW_DATABASE_URL: postgresUrl.optional(),
  VERIFY_DATABASE_URL: postgresUrl.optional(),
  PRISMA_CLIENT_MAX_CONNECTIONS: wholeNumber(1, 1000).default(10),
});

const retentionSchema = z.object({
  RETENTION_AI_DRAFTS_DAYS: days(),
  RETENTION_CONNECTION_EVENTS_DAYS: days(),
  RETENTION_WEBHOOK_EVENTS_DAYS: days(),
  RETENTION_SESSIONS_DAYS: days(),
  RETENTION_RUNS_DAYS: days(),
  RETENTION_COMPLIANCE_REQUESTS_DAYS: days(),
});

const kmsKeyName = z
  .string()
  .regex(
    /^(arn:[a-z-]+:kms:[a-z0-9-]+:\d+:(key|alias)\/[\w/-]+|alias\/[\w/-]+|[\w-]+)$/,
    "must be the id, the ARN or the alias (alias/…) of a KMS key.",
  );

const keySchema = z.object({
  ENCRYPTION_KEY: z
    .string()
    .transform((value, context) => {
      const keyring = parseKeyring(value);
      if (typeof keyring !== "string") return keyring;
      context.addIssue({ code: "custom", message: keyring });
      return z.NEVER;
    })
    .optional(),
  KMS_KEY_ID: kmsKeyName.optional(),
  KMS_KEY_ID_PREVIOUS: z
    .string()
    .transform((list) => list.split(",").map((name) => name.trim()))
    .refine(
      (names) => names.every((name) => kmsKeyName.safeParse(name).success),
      "must be ids, ARNs or aliases (alias/…) of KMS keys, separated by commas.",
    )
    .optional(),
  KMS_ENDPOINT: z
    .string()
    .refine(isOrigin, "must be a URL such as https://kms.internal:8443, without a path.")
    .optional(),
  AWS_REGION: awsRegion().optional(),
});

const backupSchema = z.object({
  BACKUP_ENVIRONMENT: z
    .string("is not set; it names where the backups are from, e.g. production or staging.")
    .regex(
      /^[a-z0-9]+(-[a-z0-9]+)*$/,
      "must be lower-case letters, digits and single hyphens, e.g. production.",
    ),
  BACKUP_RECIPIENT: z
    .string()
    .transform((list) => list.split(",").map((recipient) => recipient.trim()))
    .refine(
      (recipients) => recipients.every((recipient) => /^age1[a-z0-9]{50,}$/.test(recipient)),
      "must be public keys of age (age1…), separated by commas.",
    )
    .default([]),
  BACKUP_KEEP_DAYS: wholeNumber(1, 3650).default(30),
  BACKUP_FOLDER: z.string().default("backups"),
  BACKUP_S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/i, "must be the name of a bucket, without s3://.")
    .optional(),
  BACKUP_S3_ENDPOINT: z
    .string()
    .refine(isOrigin, "must be a URL such as https://s3.eu-central-003.backblazeb2.com, without a path.")
    .optional(),
  BACKUP_S3_REGION: z
    .string()
    .regex(/^[a-z0-9-]+$/, "must be a region, e.g. eu-west-1.")
    .optional(),
  BACKUP_S3_PREFIX: z
    .string()
    .regex(/^[\w!.*'()/-]*$/, "must be letters, digits, slashes and -_.!*'().")
    .default("")
    .transform((prefix) => prefix.replace(/^\/+|\/+$/g, "").replace(/.$/, "$&/")),
  AWS_REGION: awsRegion().optional(),
});

const schema = databaseSchema
  .extend(keySchema.shape)
  .extend(retentionSchema.shape)
  .extend({
    NODE_ENV: z
      .enum(["production", "development", "test"], "must be production, development or test.")
      .default("development"),
    PORT: wholeNumber(1, 65535).default(3000),
    LOG_LEVEL: z
      .enum(
        ["fatal", "error", "warn", "info", "debug", "trace", "silent"],
        "must be one of fatal, error, warn, info, debug, trace, silent.",
      )
      .default("info"),
    SHOPIFY_API_KEY: z.string("is not set; it is the Client ID of the app in the Partner Dashboard."),
    SHOPIFY_API_SECRET: z.string("is not set; it is the Client secret of the app in the Partner Dashboard."),
    SHOPIFY_API_SECRET_PREVIOUS: z.string().optional(),
    SHOPIFY_APP_URL: z
      .string(
        "is not set; it is the origin at which Shopify reaches the app, e.g. https://backroom.example.com.",
      )
      .refine(isOrigin, "must be an origin such as https://backroom.example.com, without a path.")
      .transform((url) => url.replace(/\/$/, "")),
    SCOPES: z
      .string("is not set; it is the comma-separated list of scopes of shopify.app.toml.")
      .transform((list) => list.split(",").map((scope) => scope.trim()))
      .refine(
        (scopes) => scopes.every((scope) => /^[a-z_]+$/.test(scope)),
        "must be scopes separated by commas, e.g. read_orders,read_products.",
      ),
    CRON_SECRET: bearerSecret(),
    METRICS_TOKEN: bearerSecret(),
    GOOGLE_TOKEN_URL: baseUrl("https://oauth2.googleapis.com/token"),
    GA4_BASE_URL: baseUrl("https://analyticsdata.googleapis.com"),
    GSC_BASE_URL: baseUrl("https://searchconsole.googleapis.com"),
    BING_BASE_URL: baseUrl("https://ssl.bing.com/webmaster/api.svc/json"),
    ALLOW_LOOPBACK_CONNECTIONS: z
      .enum(["0", "1"], "must be 1 (allowed) or 0.")
      .default("0")
      .transform((value) => value === "1"),
    INBOX_WORKER: z.enum(["on", "off"], "must be on (work on the inbox here) or off.").default("on"),
    DEMO_NOW: z.iso
      .datetime({ offset: true, message: "must be an ISO instant, e.g. 2026-11-16T15:00:00Z." })
      .transform((value) => new Date(value))
      .optional(),
  });

function awsRegion() {
  return z.string().regex(/^[a-z]{2,}(-[a-z]+)+-\d+$/, "must be a region of AWS, e.g. eu-west-1.");
}

function bearerSecret() {
  return (
    z
      .string()
      .min(16, "must have at least 16 characters; make one with: openssl rand -hex 32.")
      // Of a header with anything else in it, not even the right one would be understood.
      .regex(
        /^[!-~]*$/,
        "must be letters, digits and signs of ASCII without spaces; make one with: openssl rand -hex 32.",
      )
      .optional()
  );
}

function days() {
  return z
    .string()
    .regex(/^-?\d{1,5}$/, "must be a whole number of days; 0 or less keeps everything.")
    .transform(Number)
    .optional();
}

function wholeNumber(least: number, most: number) {
  const message = `must be a whole number from ${least} to ${most}.`;
  return z.coerce.number(message).int(message).min(least, message).max(most, message);
}

function baseUrl(standard: string) {
  return z
    .url({ protocol: /^https?$/, message: `must be an address such as ${standard}.` })
    .default(standard)
    .transform((url) => url.replace(/\/+$/, ""));
}

function isOrigin(value: string): boolean {
  const url = parseUrl(value);
  return (
    url !== null && /^https?:$/.test(url.protocol) && url.pathname === "/" && !url.search && !url.username
  );
}

function describeIssue(issue: z.core.$ZodIssue): string {
  return `${issue.path.join(".")} ${issue.message}`;
}

/** What no variable says by itself. */
function keyProblems(source: Source): string[] {
  const problems: string[] = [];
  if (!source.ENCRYPTION_KEY && !source.KMS_KEY_ID)
    problems.push(
      "ENCRYPTION_KEY is not set; make one with: node -p \"'k1:'+require('crypto').randomBytes(32).toString('base64')\" and keep it safe: what it sealed cannot be read without it.",
    );
  for (const name of ["KMS_KEY_ID", "KMS_KEY_ID_PREVIOUS"])
    if (source[name]?.split(",").some((key) => !regionOf(key.trim())) && !source.AWS_REGION)
      problems.push(`${name} names a key without its region; write its ARN, or set AWS_REGION.`);
  return problems;
}

/** What a laptop may do and production may not. */
function productionProblems(source: Source): string[] {
  const problems = Object.entries(source)
    .filter(([name, value]) => name in schema.shape && value && isPlaceholder(value))
    .map(([name]) => `${name} still holds the placeholder of .env.example; give it its real value.`);
  if (source.SHOPIFY_APP_URL?.startsWith("http:"))
    problems.push("SHOPIFY_APP_URL must begin with https:// in production.");
  if (source.KMS_ENDPOINT?.startsWith("http:"))
    problems.push("KMS_ENDPOINT must begin with https:// in production: data keys travel over it.");
  if (source.DATABASE_URL && /^(file:)?:memory:/.test(source.DATABASE_URL))
    problems.push("DATABASE_URL is an in-memory database, which would forget everything at each restart.");
  if (source.ALLOW_LOOPBACK_CONNECTIONS === "1")
    problems.push("ALLOW_LOOPBACK_CONNECTIONS is for development and must not be set in production.");
  if (source.DEMO_NOW) problems.push("DEMO_NOW is for the demo and must not be set in production.");
  return problems;
}

/** The values of .env.example, keys that anybody can read, and the usual ways of writing "fill me in". */
function isPlaceholder(value: string): boolean {
  if (PUBLISHED_KEYS.some((key) => value.includes(key))) return true;
  return /replace[-_ ]?me|change[-_ ]?me|^your[-_ ]|placeholder|^xxx+$|example\.(com|org)/i.test(value);
}

/** The key of .env.example, and the seed's (prisma/seed/keys.ts): under whatever id, and wherever in the list. */
const PUBLISHED_KEYS = [
  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
  "YmFja3Jvb20tZGV2ZWxvcG1lbnQta2V5LW5vdC1zYWY=",
];
