/** What the objects of a backup need that is not in it: an extension, or something of another role's or schema's. */
import type pg from "pg";
import { BackupError } from "./backup-error";
import type { Relation } from "./postgres-scope";

export type Extension = { name: string; schema: string };

/** An object of the catalogue, as pg_restore's list has it: "<oid of its catalogue> <its oid>" */
export type ObjectId = string;

export type Needs = {
  /** What a target must have, or be able to create */
  extensions: Extension[];
  /** Views that read what is not in the backup, or an extension that our role may not create or use: they are not dumped */
  views: Relation[];
  /** Triggers, constraints, functions and the like that no restore can make, with their names */
  unmakeable: Map<ObjectId, string>;
  /** Types of other roles that our tables have columns of: a restore makes them where they are missing */
  types: Set<ObjectId>;
  /** Relations with rights that another role than the owner granted, in whose name our role may not grant */
  granted: string[];
};

type Need = {
  object: ObjectId;
  name: string;
  /** The relation that it belongs to */
  relation: string | null;
  isOwn: boolean;
  described: string;
  needs: string;
  extension: string | null;
  extensionSchema: string | null;
  /** Our role may use the extension's schema, and create the extension where it is missing */
  isOpen: boolean;
  foreignType: ObjectId | null;
};

/** @throws {BackupError} TARGET when a table cannot be made without something that is not in the backup */
export async function findNeeds(
  client: pg.Client,
  schema: string,
  { relations, owners }: { relations: Relation[]; owners: string[] },
): Promise<Needs> {
  const views = new Set<Relation>();
  const unmakeable = new Map<ObjectId, string>();
  // What is left out may be needed by something else that then goes too.
  for (;;) {
    const kept = relations.filter((relation) => relation.ours && !views.has(relation));
    const { rows } = await client.query<Need>(NEEDS, [
      schema,
      kept.map(({ oid }) => oid),
      owners,
      [...unmakeable.keys()],
    ]);
    const before = views.size + unmakeable.size;
    for (const need of rows.filter(isMissing)) {
      const relation = kept.find(({ oid }) => oid === need.relation);
      if (relation && /VIEW$/.test(relation.kind)) views.add(relation);
      else if (need.isOwn) unmakeable.set(need.object, need.name);
      else if (!need.extension) throw missing(need);
    }
    if (views.size + unmakeable.size === before)
      return {
        extensions: distinct(rows.flatMap(extensionOf)),
        ...{ views: [...views], unmakeable },
        types: new Set(rows.flatMap(({ foreignType }) => foreignType ?? [])),
        granted: await listGranted(client, kept),
      };
  }
}

async function listGranted(client: pg.Client, kept: Relation[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT DISTINCT relname AS name FROM pg_class LEFT JOIN pg_attribute ON attrelid = pg_class.oid AND attacl IS NOT NULL,
       LATERAL (SELECT grantor FROM aclexplode(relacl) UNION ALL SELECT grantor FROM aclexplode(attacl)) AS granted
     WHERE pg_class.oid = ANY ($1::oid[]) AND grantor <> relowner
       AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)`,
    [kept.map(({ oid }) => oid)],
  );
  return rows.map(({ name }) => name);
}

function isMissing({ extension, isOpen, foreignType }: Need): boolean {
  return extension ? !isOpen : !foreignType;
}

function missing({ described, needs }: Need) {
  return new BackupError(
    "TARGET",
    `${described} needs ${needs}, which is not in a backup: it is of another schema or role. Let it be of the role and the schema of Backroom's tables, or of an extension.`,
  );
}

function extensionOf({ extension: name, extensionSchema: schema }: Need): Extension[] {
  return name && schema ? [{ name, schema }] : [];
}

function distinct(extensions: Extension[]): Extension[] {
  return [...new Map(extensions.map((extension) => [extension.name, extension])).values()];
}

/** Types of rows and of arrays belong to what they are made of. */
const NO_PART = " AND typrelid = 0 AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)";

/**
 * $1 schema, $2 relations of the backup, $3 their owners, $4 objects that are left out. An index of a constraint, a default
 * and a check of a column have no entry of their own in a dump, so their table cannot be made without what they need.
 */
const NEEDS = `
  WITH owner AS (SELECT oid FROM pg_roles WHERE rolname = ANY ($3)), kept AS (
    SELECT 'pg_class'::regclass::oid AS classid, oid AS objid, oid AS relation, relname::text AS name, false AS own
      FROM pg_class WHERE oid = ANY ($2::oid[])
    UNION ALL SELECT 'pg_class'::regclass, i.indexrelid, indrelid, c.relname,
        NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE indrelid = ANY ($2::oid[])
    UNION ALL SELECT 'pg_attrdef'::regclass, oid, adrelid, '', false FROM pg_attrdef WHERE adrelid = ANY ($2::oid[])
    UNION ALL SELECT 'pg_constraint'::regclass, oid, conrelid, conname, contype <> 'c'
      FROM pg_constraint WHERE conrelid = ANY ($2::oid[])
    UNION ALL SELECT 'pg_trigger'::regclass, oid, tgrelid, tgname, true
      FROM pg_trigger WHERE tgrelid = ANY ($2::oid[]) AND NOT tgisinternal
    UNION ALL SELECT 'pg_policy'::regclass, oid, polrelid, polname, true FROM pg_policy WHERE polrelid = ANY ($2::oid[])
    UNION ALL SELECT 'pg_rewrite'::regclass, oid, ev_class, rulename, true FROM pg_rewrite WHERE ev_class = ANY ($2::oid[])
    UNION ALL SELECT 'pg_statistic_ext'::regclass, oid, stxrelid, stxname, true
      FROM pg_statistic_ext WHERE stxrelid = ANY ($2::oid[])
    UNION ALL SELECT 'pg_proc'::regclass, oid, NULL, proname, true
      FROM pg_proc WHERE pronamespace = $1::text::regnamespace AND proowner IN (SELECT oid FROM owner)
    UNION ALL SELECT 'pg_class'::regclass, oid, NULL, relname, true
      FROM pg_class WHERE relkind = 'c' AND relnamespace = $1::text::regnamespace AND relowner IN (SELECT oid FROM owner)
${[
  ["pg_type", "typnamespace", "typowner", "typname"],
  ["pg_operator", "oprnamespace", "oprowner", "oprname"],
  ["pg_opclass", "opcnamespace", "opcowner", "opcname"],
  ["pg_opfamily", "opfnamespace", "opfowner", "opfname"],
  ["pg_collation", "collnamespace", "collowner", "collname"],
  ["pg_ts_config", "cfgnamespace", "cfgowner", "cfgname"],
  ["pg_ts_dict", "dictnamespace", "dictowner", "dictname"],
]
  .map(
    ([catalogue, namespace, owner, name]) =>
      `    UNION ALL SELECT '${catalogue}'::regclass, oid, NULL, ${name}, true
      FROM ${catalogue} t WHERE ${namespace} = $1::text::regnamespace AND ${owner} IN (SELECT oid FROM owner)${
        catalogue === "pg_type" ? NO_PART : ""
      }`,
  )
  .join("\n")}
  ), mine AS (
    SELECT * FROM kept k WHERE (classid || ' ' || objid) <> ALL ($4)
      AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = k.classid AND e.objid = k.objid AND e.deptype = 'e')
  ), need AS (
    SELECT k.*,
      CASE WHEN base.typrelid <> 0 THEN 'pg_class'::regclass::oid ELSE d.refclassid END AS refclassid,
      CASE WHEN base.typrelid <> 0 THEN base.typrelid ELSE coalesce(base.oid, i.indrelid, d.refobjid) END AS refobjid
    FROM mine k JOIN pg_depend d ON d.classid = k.classid AND d.objid = k.objid
    LEFT JOIN pg_type t ON d.refclassid = 'pg_type'::regclass AND t.oid = d.refobjid
    LEFT JOIN pg_type base ON base.oid = CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE t.oid END
    LEFT JOIN pg_index i ON d.refclassid = 'pg_class'::regclass AND i.indexrelid = d.refobjid
    WHERE d.refobjid >= 16384 AND d.deptype IN ('n', 'a', 'i')
      AND d.refclassid NOT IN ('pg_namespace'::regclass, 'pg_extension'::regclass)
  )
  SELECT DISTINCT need.classid || ' ' || need.objid AS object, need.name, need.relation::text AS relation, need.own AS "isOwn",
    pg_describe_object(need.classid, need.objid, 0) AS described,
    pg_describe_object(need.refclassid, need.refobjid, 0) AS needs,
    x.extname AS extension, xn.nspname AS "extensionSchema",
    has_schema_privilege(xn.oid, 'USAGE') AND EXISTS (SELECT FROM pg_available_extension_versions v WHERE v.name = x.extname
      AND (NOT v.superuser OR coalesce((to_jsonb(v) ->> 'trusted')::boolean, false)
        OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user))) AS "isOpen",
    CASE WHEN f.oid IS NOT NULL THEN need.refclassid || ' ' || f.oid END AS "foreignType"
  FROM need
  LEFT JOIN pg_depend e ON e.classid = need.refclassid AND e.objid = need.refobjid AND e.deptype = 'e'
  LEFT JOIN pg_extension x ON x.oid = e.refobjid LEFT JOIN pg_namespace xn ON xn.oid = x.extnamespace
  LEFT JOIN pg_type f ON need.refclassid = 'pg_type'::regclass AND f.oid = need.refobjid AND f.typnamespace = $1::text::regnamespace
  WHERE need.refobjid >= 16384
    AND NOT EXISTS (SELECT FROM mine WHERE mine.classid = need.refclassid AND mine.objid = need.refobjid)`;
