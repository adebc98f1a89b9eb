/** What of a database is Backroom's: what a backup holds, a restore replaces, and both compare. */
import { readFileSync } from "node:fs";
import type pg from "pg";
import { BackupError } from "./backup-error";
import { few } from "./few";
import { knownMigrations } from "./manifest";

export type Relation = {
  oid: string;
  /** As the catalogue has it */
  relname: string;
  /** As a manifest names it: without the schema where that is "public" */
  name: string;
  /** For SQL and for the patterns of pg_dump */
  quoted: string;
  kind: "TABLE" | "SEQUENCE" | "VIEW" | "MATERIALIZED VIEW" | "FOREIGN TABLE";
  isPartitioned: boolean;
  owner: string;
  /** By its owner: a role that ours is or may act as, or the owner of a table of Backroom's */
  ours: boolean;
  /** Its owner owns a table of Backroom's */
  backroom: boolean;
  readable: boolean;
  /** Policies hide rows of it from our role */
  filtered: boolean;
};

/** The relations of these schemas, but for those that an extension brought. */
export async function listRelations(client: pg.Client, schemas: string[]): Promise<Relation[]> {
  const { rows } = await client.query<Relation>(
    `WITH relation AS (
       SELECT c.oid, c.relname, c.relkind, c.relowner, c.relrowsecurity, n.nspname
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p', 'S', 'v', 'm', 'f') AND c.relpersistence <> 't'
         AND NOT EXISTS (SELECT FROM pg_depend d
           WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
     ), backroom AS (SELECT relowner FROM relation WHERE relkind = 'r' AND relname = ANY ($2))
     SELECT oid::text AS oid, relname,
       CASE WHEN nspname = 'public' THEN relname ELSE nspname || '.' || relname END AS name,
       '"' || replace(nspname, '"', '""') || '"."' || replace(relname, '"', '""') || '"' AS quoted,
       CASE relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE'
         ELSE 'TABLE' END AS kind,
       relkind = 'p' AS "isPartitioned",
       pg_get_userbyid(relowner) AS owner,
       relkind <> 'f' AND (pg_has_role(relowner, 'USAGE') OR relowner IN (SELECT relowner FROM backroom)) AS ours,
       relowner IN (SELECT relowner FROM backroom) AS backroom,
       CASE WHEN relkind = 'S' THEN has_sequence_privilege(oid, 'SELECT') ELSE has_table_privilege(oid, 'SELECT') END AS readable,
       relrowsecurity AND row_security_active(oid) AS filtered
     FROM relation ORDER BY 3`,
    [schemas, backroomTables()],
  );
  return rows;
}

/** Tables with rows of their own: of partitioned ones the parts. */
export function tablesOf(relations: Relation[]): Relation[] {
  return relations.filter(({ kind, ours, isPartitioned }) => kind === "TABLE" && ours && !isPartitioned);
}

/** @throws {BackupError} TARGET when our role does not see all that is to be backed up */
export function refuseUnreadable(relations: Relation[]): void {
  const ours = relations.filter((relation) => relation.ours);
  const read = ours.filter(({ kind }) => kind === "TABLE" || kind === "SEQUENCE");
  const unreadable = read.filter(({ readable }) => !readable).map(({ name }) => name);
  if (unreadable.length)
    throw new BackupError(
      "TARGET",
      `The role of the address may not read ${few(unreadable)}. Name the owner of the tables in DIRECT_URL for backups, or grant it SELECT.`,
    );
  const filtered = ours.filter((relation) => relation.filtered).map(({ name }) => name);
  if (filtered.length)
    throw new BackupError(
      "TARGET",
      `Row-level security hides rows of ${few(filtered)} from the role of the address, so a backup would not be whole. Name a role in DIRECT_URL that sees all rows (the tables' owner without FORCE ROW LEVEL SECURITY, or one with BYPASSRLS).`,
    );
}

/** Tables in other schemas that belong to our role, or to an owner of Backroom's tables, and are in no backup. */
export async function listElsewhere(
  client: pg.Client,
  schema: string,
  ours: Relation[],
): Promise<Relation[]> {
  const { rows } = await client.query<{ name: string; role: string }>(
    `SELECT nspname AS name, current_user AS role FROM pg_namespace
     WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND nspname <> $1`,
    [schema],
  );
  const owners = ours.filter(({ backroom }) => backroom).map(({ owner }) => owner);
  const found = await listRelations(
    client,
    rows.map(({ name }) => name),
  );
  return found.filter(
    ({ kind, owner }) => kind === "TABLE" && (owners.includes(owner) || owner === rows[0]!.role),
  );
}

/** Whose objects are taken for ours: roles that ours is or may act as, and the owners of Backroom's tables. */
export async function listOwners(client: pg.Client, relations: Relation[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT rolname AS name FROM pg_roles WHERE pg_has_role(oid, 'USAGE')",
  );
  const owners = relations.filter(({ ours }) => ours).map(({ owner }) => owner);
  return [...new Set([...rows.map(({ name }) => name), ...owners])];
}

/** Every table that a migration makes, and Prisma's log of them. */
function backroomTables(): string[] {
  const made = knownMigrations("postgres").flatMap((name) => [
    ...readFileSync(`prisma/migrations/${name}/migration.sql`, "utf8").matchAll(
      /CREATE TABLE (?:IF NOT EXISTS )?"(\w+)"/g,
    ),
  ]);
  return ["_prisma_migrations", ...made.map(([, table]) => table!)];
}
