/** What the checks have in common: opened once, and read only. */
import { existsSync, openSync, closeSync, readSync, statSync } from "node:fs";
import { createKeyProvider, type KeySources } from "~/platform/crypto/keys.server";
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import { parseDatabaseUrl, type Engine } from "~/platform/db/database-url";
import { DatabaseUnavailableError, describeDatabaseError } from "~/platform/db/errors.server";
import {
  ConfigurationError,
  databaseEnvironment,
  keyEnvironment,
  readEnvironment,
  type Env,
  type Secrets,
  type Source,
} from "~/platform/env.server";
import type { Found } from "./finding";
import type { Host } from "./host";
import { openEnvelopes, type OpenedEnvelopes } from "./open-envelopes";

export type Context = {
  variables: Source;
  host: Host;
  signal: AbortSignal;
  /** Every problem of the variables that the app, its keys or its database need */
  problems: string[];
  /** Undefined while any of them has a problem */
  configuration: { env: Env; secrets: Secrets } | undefined;
  isProduction: boolean;
  addresses: ReturnType<typeof databaseEnvironment> | undefined;
  engine: Engine | undefined;
  keySources: KeySources | undefined;
  keys: KeyProvider | undefined;
  db: Db | undefined;
  /** Why there is no `db` */
  trouble: Error | undefined;
  /** Asked for by two areas, walked once */
  envelopes: () => Promise<OpenedEnvelopes>;
};

export type Check = (context: Context) => Promise<Found[]>;
/** A check of the database's rows: not run without them */
export type DatabaseCheck = (db: Db, context: Context) => Promise<Found[]>;

const ANSWER_MS = 8_000;
/** One at a time is used; a check that hangs keeps one, and must not keep the others from theirs. */
const CONNECTIONS = 4;

export async function openContext(variables: Source, host: Host, signal: AbortSignal): Promise<Context> {
  const problems: string[] = [];
  const read = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      for (const problem of error.problems) if (!problems.includes(problem)) problems.push(problem);
      return undefined;
    }
  };
  const configuration = read(() => readEnvironment(variables));
  const addresses = read(() => databaseEnvironment(variables));
  const keySources = read(() => keyEnvironment(variables));
  const keys = keySources && createKeyProvider(keySources);
  const { db, trouble } = await openDatabase(addresses, host, signal);
  let envelopes: Promise<OpenedEnvelopes> | undefined;
  return {
    ...{ variables, host, signal, problems, configuration, addresses, keySources, keys, db, trouble },
    isProduction: variables.NODE_ENV === "production",
    engine: addresses && parseDatabaseUrl(addresses.databaseUrl).engine,
    envelopes: () => (envelopes ??= openEnvelopes(db!, keys!, signal)),
  };
}

async function openDatabase(
  addresses: Context["addresses"],
  { uid }: Host,
  signal: AbortSignal,
): Promise<Pick<Context, "db" | "trouble">> {
  if (!addresses) return { db: undefined, trouble: undefined };
  const { databaseUrl } = addresses;
  try {
    signal.throwIfAborted();
    refuseForeignLog(databaseUrl, uid);
    const options = {
      maxConnections: CONNECTIONS,
      acquireTimeoutMs: ANSWER_MS,
      statementTimeoutMs: ANSWER_MS,
    };
    return { db: await connectDatabase(databaseUrl, { ...options, readOnly: true }), trouble: undefined };
  } catch (error) {
    return { db: undefined, trouble: describeDatabaseError(error, databaseUrl) };
  }
}

const WAL_MODE = 2;

/**
 * A reader of a file in WAL mode makes the file's log where no process has it open, and it would be this user's: the app could
 * not write to it.
 */
function refuseForeignLog(databaseUrl: string, uid: number | undefined) {
  const address = parseDatabaseUrl(databaseUrl);
  if (address.engine !== "sqlite" || uid === undefined || uid === 0 || !existsSync(address.file)) return;
  const { file } = address;
  if (statSync(file).uid === uid || existsSync(`${file}-wal`) || writeVersionOf(file) !== WAL_MODE) return;
  throw new DatabaseUnavailableError(
    `The SQLite file ${file} belongs to another user. Run this as that user, or while the app runs.`,
  );
}

/** Of SQLite's file format: https://www.sqlite.org/fileformat.html */
function writeVersionOf(file: string): number | undefined {
  const descriptor = openSync(file, "r");
  try {
    const head = Buffer.alloc(19);
    readSync(descriptor, head, 0, 19, 0);
    return head[18];
  } finally {
    closeSync(descriptor);
  }
}
