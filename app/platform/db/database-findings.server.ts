/**
 * What a role, a database or a server may have set, and the app cannot work with or should not. What can be fixed for each
 * connection is (postgres-driver.server.ts, postgres-schema.ts); the rest is told here. Asked at start and by `npm run doctor`.
 */
import { DatabaseUnavailableError } from "./errors.server";
import type { Db } from "./client.server";
import { quotedName } from "./postgres-schema";
import { queryRows } from "./raw.server";

export type FindingCode =
  | "READ_ONLY"
  | "DATE_STYLE"
  | "ENCODING"
  | "ISOLATION"
  | "PRIVILEGES"
  | "ROW_SECURITY"
  | "SCHEMA_ELSEWHERE"
  | "DURABILITY"
  | "TIMEOUT";

export type DatabaseFinding = {
  code: FindingCode;
  /** "refuse": the app does not start with it */
  severity: "refuse" | "warn";
  /** What is wrong and what to do */
  sentence: string;
};

/** In the order of their weight; none on SQLite. @throws what the driver says when the database goes away meanwhile */
export async function databaseFindings(db: Db): Promise<DatabaseFinding[]> {
  if (db.engine !== "postgres") return [];
  const facts = await readFacts(db);
  return [
    ...readOnly(facts),
    ...unreadable(facts),
    ...isolation(facts),
    ...(await rights(db, facts)),
    ...(await elsewhere(db)),
    ...lessDurable(facts),
    ...timeouts(facts),
  ];
}

/** @throws {DatabaseUnavailableError} with a sentence for each finding that the app cannot work with */
export async function assertUsable(db: Db): Promise<DatabaseFinding[]> {
  const findings = await databaseFindings(db);
  const refused = findings.filter(({ severity }) => severity === "refuse");
  if (refused.length)
    throw new DatabaseUnavailableError(refused.map(({ sentence }) => sentence).join("\n"), {
      cause: { code: refused[0]!.code },
    });
  return findings;
}

type Setting = { name: string; value: string; source: string };
type Facts = {
  user: string;
  database: string;
  standby: boolean;
  setting: (name: string) => Setting | undefined;
};

const SETTINGS = [
  "transaction_read_only",
  "default_transaction_read_only",
  "DateStyle",
  "server_encoding",
  "default_transaction_isolation",
  "synchronous_commit",
  "statement_timeout",
  "idle_in_transaction_session_timeout",
  "transaction_timeout",
];

async function readFacts(db: Db): Promise<Facts> {
  const rows = await queryRows<Setting & { user: string; database: string; standby: boolean }>(
    db,
    `SELECT name, setting AS value, source, current_user::text AS user, current_database()::text AS database,
       pg_is_in_recovery() AS standby
     FROM pg_settings WHERE name IN (${SETTINGS.map((name) => `'${name}'`).join(", ")})`,
    [],
  );
  const { user, database, standby } = rows[0]!;
  return { user, database, standby, setting: (name) => rows.find((row) => row.name === name) };
}

function readOnly({ standby, setting, ...facts }: Facts): DatabaseFinding[] {
  if (setting("transaction_read_only")?.value !== "on") return [];
  const sentence = standby
    ? `The database "${facts.database}" is on a standby, which takes no writes. Name the primary server in DATABASE_URL, or wait until this one is promoted.`
    : `The database "${facts.database}" takes no writes: default_transaction_read_only is on. ${reset(facts, setting("default_transaction_read_only"), "off")}`;
  return [{ code: "READ_ONLY", severity: "refuse", sentence }];
}

function unreadable({ database, setting }: Facts): DatabaseFinding[] {
  const findings: DatabaseFinding[] = [];
  const [style, encoding] = [setting("DateStyle"), setting("server_encoding")];
  if (style && !style.value.startsWith("ISO"))
    findings.push({
      code: "DATE_STYLE",
      severity: "refuse",
      sentence: `The database writes dates in the style "${style.value}", because the pooler in front of it drops the DateStyle of its clients. Set it there: ALTER DATABASE ${quotedName(database)} SET DateStyle = 'ISO, YMD'`,
    });
  if (encoding && encoding.value !== "UTF8")
    findings.push({
      code: "ENCODING",
      severity: "refuse",
      sentence: `The database "${database}" has the encoding ${encoding.value}, which cannot hold every name of a customer. Create one with: createdb --encoding=UTF8 --template=template0`,
    });
  return findings;
}

function isolation({ setting, ...facts }: Facts): DatabaseFinding[] {
  const level = setting("default_transaction_isolation");
  if (!level || level.value === "read committed") return [];
  return [
    {
      code: "ISOLATION",
      severity: "refuse",
      sentence: `default_transaction_isolation is "${level.value}", and Backroom is written for "read committed": workers beside each other would be turned away. ${reset(facts, level, "read committed")}`,
    },
  ];
}

type Right = { name: string; may: boolean; hidden: boolean };

/** Whether each of our tables can be read and written, and no policy hides its rows. */
async function rights(db: Db, { user }: Facts): Promise<DatabaseFinding[]> {
  const { Prisma } = await import("#prisma/postgres");
  const ours = Prisma.dmmf.datamodel.models.map(({ name }) => name);
  const rows = await queryRows<Right>(
    db,
    `SELECT c.relname::text AS name, row_security_active(c.oid) AS hidden, has_schema_privilege(n.oid, 'USAGE')
       AND has_table_privilege(c.oid, 'SELECT')
       AND (c.relname = '_prisma_migrations' OR (has_table_privilege(c.oid, 'INSERT')
         AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE'))) AS may
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ? AND c.relkind IN ('r', 'p') AND c.relname IN (${[...ours, "_prisma_migrations"].map(() => "?").join(", ")})
     ORDER BY 1`,
    [db.schema, ...ours, "_prisma_migrations"],
  );
  const findings: DatabaseFinding[] = [];
  const [forbidden, hidden] = [rows.filter(({ may }) => !may), rows.filter((row) => row.hidden)];
  const [role, schema] = [quotedName(user), quotedName(db.schema)];
  if (forbidden.length)
    findings.push({
      code: "PRIVILEGES",
      severity: "refuse",
      sentence: `The role "${user}" may not read and write ${some(forbidden)}. As the owner: GRANT USAGE ON SCHEMA ${schema} TO ${role}; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${role};`,
    });
  if (hidden.length)
    findings.push({
      code: "ROW_SECURITY",
      severity: "refuse",
      sentence: `Row level security hides rows of ${some(hidden)} from the role "${user}". Use the role that owns the tables, or: ALTER ROLE ${role} BYPASSRLS`,
    });
  return findings;
}

function some(tables: Right[]): string {
  const names = tables.map(({ name }) => name);
  return names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
}

/** Tables that an earlier release or another search_path put where the app does not look. */
async function elsewhere(db: Db): Promise<DatabaseFinding[]> {
  const rows = await queryRows<{ name: string }>(
    db,
    `SELECT n.nspname::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relname = 'WebhookEvent' AND c.relkind = 'r' ORDER BY 1`,
    [],
  );
  const names = rows.map(({ name }) => name);
  if (!names.length || names.includes(db.schema)) return [];
  return [
    {
      code: "SCHEMA_ELSEWHERE",
      severity: "warn",
      sentence: `The schema "${db.schema}" has no tables of Backroom, and "${names[0]}" has. If that one is meant, write it into the address: DATABASE_URL=postgresql://…?schema=${encodeURIComponent(names[0]!)}`,
    },
  ];
}

function lessDurable({ setting, ...facts }: Facts): DatabaseFinding[] {
  const commit = setting("synchronous_commit");
  if (commit?.value !== "off") return [];
  return [
    {
      code: "DURABILITY",
      severity: "warn",
      sentence: `synchronous_commit is off: a crash of the server loses webhooks that Shopify was told are stored. ${reset(facts, commit, "on")}`,
    },
  ];
}

/** Milliseconds below which ordinary work is cut off: a page of a large store, a claim, a transaction that opens secrets. */
const LEAST_MS: Record<string, number> = {
  statement_timeout: 10_000,
  idle_in_transaction_session_timeout: 10_000,
  transaction_timeout: 60_000,
};

function timeouts({ setting, ...facts }: Facts): DatabaseFinding[] {
  return Object.entries(LEAST_MS).flatMap(([name, least]): DatabaseFinding[] => {
    const found = setting(name);
    const ms = Number(found?.value ?? 0);
    if (!found || ms === 0 || ms >= least) return [];
    const sentence = `${name} is ${ms} ms: work that takes longer is cut off, and answered with 503. Give it at least ${least / 1000} s. ${reset(facts, found, `${least / 1000}s`)}`;
    return [{ code: "TIMEOUT", severity: "warn", sentence }];
  });
}

/** The statement that takes a setting away from where it was made, or sets another for this role alone. */
function reset(
  { user, database }: Pick<Facts, "user" | "database">,
  setting: Setting | undefined,
  value: string,
): string {
  const name = setting?.name ?? "";
  const [role, within] = [quotedName(user), quotedName(database)];
  const places: Record<string, string> = {
    user: `ALTER ROLE ${role} RESET ${name}`,
    database: `ALTER DATABASE ${within} RESET ${name}`,
    "database user": `ALTER ROLE ${role} IN DATABASE ${within} RESET ${name}`,
  };
  return `As an administrator: ${places[setting?.source ?? ""] ?? `ALTER ROLE ${role} SET ${name} = '${value}'`}`;
}
