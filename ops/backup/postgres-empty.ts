/** Empties schemas: what is Backroom's in them goes, and the schemas keep their owner, grants and comments. */
import type pg from "pg";
import { BackupError } from "./backup-error";
import { few } from "./few";
import { listRelations } from "./postgres-scope";

export type Droppable = {
  /** For people: table "Store" */
  what: string;
  statement: string;
};

/**
 * What our role and the owners of Backroom's tables own in these schemas, in an order in which it can be dropped.
 * @throws {BackupError} TARGET when a table of Backroom belongs to a role that ours may not act as
 */
export async function listDroppable(client: pg.Client, schemas: string[]): Promise<Droppable[]> {
  const { rows } = await client.query<Droppable>(DROPPABLE, [schemas, await listOwners(client, schemas)]);
  return rows;
}

/**
 * Drops it, in one transaction.
 * @throws {BackupError} FOREIGN when something of others would go too; then everything is as it was
 */
export async function emptySchemas(client: pg.Client, schemas: string[]): Promise<void> {
  await client.query("BEGIN");
  try {
    const owners = await listOwners(client, schemas);
    const before = await client.query<{ id: string; what: string }>(OTHERS, [schemas, owners]);
    for (const { statement } of await listDroppable(client, schemas)) await client.query(statement);
    const { rows } = await client.query<{ id: string }>(OTHERS, [schemas, owners]);
    const left = new Set(rows.map(({ id }) => id));
    const lost = before.rows.filter(({ id }) => !left.has(id)).map(({ what }) => what);
    if (lost.length)
      throw new BackupError(
        "FOREIGN",
        `What is not Backroom's needs its tables, and would be dropped with them: ${few(lost)}. Nothing was changed; drop that first.`,
      );
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
}

/** A superuser may act as everybody, and yet only what is Backroom's is to go. */
async function listOwners(client: pg.Client, schemas: string[]): Promise<string[]> {
  const relations = await listRelations(client, schemas);
  const { rows: roles } = await client.query<{ name: string; own: boolean }>(
    "SELECT rolname AS name, rolname = current_user AS own FROM pg_roles WHERE pg_has_role(oid, 'USAGE')",
  );
  const closed = relations.filter(({ ours, owner }) => ours && !roles.some(({ name }) => name === owner));
  if (closed.length)
    throw new BackupError(
      "TARGET",
      `${few(closed.map(({ name }) => name))} belongs to "${closed[0]!.owner}", which the role of the address may not act as. Name that role in DIRECT_URL.`,
    );
  const owners = relations.filter(({ backroom }) => backroom).map(({ owner }) => owner);
  return [...roles.filter(({ own }) => own).map(({ name }) => name), ...owners];
}

/** $1 schemas, $2 owners. What a table brought along (a sequence, the types of its rows) goes with it. */
const DROPPABLE = `
  WITH schema AS (SELECT oid, nspname FROM pg_namespace WHERE nspname = ANY ($1)),
  owner AS (SELECT oid FROM pg_roles WHERE rolname = ANY ($2)),
  object AS (
    SELECT 'pg_class'::regclass AS classid, c.oid, format('%I.%I', nspname, relname) AS name,
      CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' WHEN 'f' THEN 'FOREIGN TABLE'
        WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END AS kind
    FROM pg_class c JOIN schema s ON s.oid = relnamespace
    WHERE relowner IN (SELECT oid FROM owner) AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c')
    UNION ALL SELECT 'pg_type'::regclass, t.oid, format('%I.%I', nspname, typname), CASE typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END
    FROM pg_type t JOIN schema s ON s.oid = typnamespace
    WHERE typowner IN (SELECT oid FROM owner) AND typrelid = 0 AND typtype IN ('b', 'd', 'e', 'r')
      AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
    UNION ALL SELECT 'pg_proc'::regclass, p.oid, format('%I.%I(%s)', nspname, proname, pg_get_function_identity_arguments(p.oid)), 'ROUTINE'
    FROM pg_proc p JOIN schema s ON s.oid = pronamespace WHERE proowner IN (SELECT oid FROM owner)
  )
  SELECT lower(kind) || ' ' || name AS what, 'DROP ' || kind || ' IF EXISTS ' || name || ' CASCADE' AS statement
  FROM object o
  WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = o.classid AND d.objid = o.oid AND d.deptype IN ('e', 'i', 'a')
    AND (d.deptype <> 'a' OR kind = 'SEQUENCE'))
  ORDER BY array_position(ARRAY['VIEW', 'MATERIALIZED VIEW', 'FOREIGN TABLE', 'TABLE', 'SEQUENCE', 'TYPE', 'DOMAIN', 'ROUTINE'], kind), name`;

/** $1 schemas, $2 owners. Everything else that a DROP … CASCADE might reach. */
const OTHERS = `
  WITH relation AS (
    SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND relkind IN ('r', 'p', 'v', 'm', 'f')
      AND NOT (n.nspname = ANY ($1) AND pg_get_userbyid(relowner) = ANY ($2)
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'))
  ), object AS (
    SELECT 'pg_class'::regclass::oid AS classid, oid AS objid, 0 AS part FROM relation
    UNION ALL SELECT 'pg_class'::regclass, attrelid, attnum FROM pg_attribute
      WHERE attrelid IN (SELECT oid FROM relation) AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT 'pg_constraint'::regclass, oid, 0 FROM pg_constraint WHERE conrelid IN (SELECT oid FROM relation)
    UNION ALL SELECT 'pg_trigger'::regclass, oid, 0 FROM pg_trigger
      WHERE tgrelid IN (SELECT oid FROM relation) AND NOT tgisinternal
    UNION ALL SELECT 'pg_proc'::regclass, p.oid, 0 FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
      WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
        AND NOT (n.nspname = ANY ($1) AND pg_get_userbyid(proowner) = ANY ($2)
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'))
  )
  SELECT classid || ' ' || objid || ' ' || part AS id, pg_describe_object(classid, objid, part) AS what FROM object`;
