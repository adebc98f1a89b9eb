/**
 * Rows for every table of a database at whatever migration it stands: into the columns that it has now and no others, as
 * the release of that time would have written them.
 */
import type { Db } from "~/platform/db/client.server";
import { readSchema, type Datamodel, type Field, type Model } from "./schema";

export type Table = { model: Model; columns: string[] };

export type MadeRows = {
  /** Begins every id and every shop's domain: rows of another mark do not meet these */
  mark: string;
  /** Rows per table; a multiple of `stores`, so that a child and its parent are of one store. Stores are `stores`. */
  rows: (model: string) => number;
  stores: number;
};

const schema = readSchema("prisma/schema.prisma");
const ENUMS = new Map(
  (schema.enums as { name: string; values: { name: string }[] }[]).map(({ name, values }) => [
    name,
    values.map((value) => value.name),
  ]),
);

/** The tables that the database has now, parents first. */
export async function tablesOf(db: Db): Promise<Table[]> {
  const rows = await db.$queryRawUnsafe<{ table: string; column: string }[]>(
    db.engine === "postgres"
      ? `SELECT table_name::text AS "table", column_name::text AS "column" FROM information_schema.columns WHERE table_schema = 'public' ORDER BY ordinal_position`
      : `SELECT m.name AS "table", c.name AS "column" FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'`,
  );
  return parentsFirst(schema)
    .map((model) => ({
      model,
      columns: rows.filter((row) => row.table === model.name).map((row) => row.column),
    }))
    .filter(({ columns }) => columns.length > 0);
}

/** One statement per table. Odd rows have every column filled, even ones leave empty what may be. */
export function insertSql(engine: Db["engine"], { model, columns }: Table, made: MadeRows): string {
  const rows = model.name === "Store" ? made.stores : made.rows(model.name);
  const values = columns.map((column) => valueOf(engine, model, column, made));
  const numbers =
    engine === "postgres"
      ? `generate_series(1, ${rows}) AS s(n)`
      : `(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < ${rows}) SELECT n FROM s)`;
  return `INSERT INTO "${model.name}" (${columns.map((c) => `"${c}"`).join(", ")}) SELECT ${values.join(", ")} FROM ${numbers}`;
}

function parentsFirst({ models }: Datamodel): Model[] {
  const done: Model[] = [];
  const visit = (model: Model) => {
    if (done.includes(model)) return;
    for (const field of model.fields)
      if (field.relationFromFields?.length) visit(models.find(({ name }) => name === field.type)!);
    done.push(model);
  };
  models.forEach(visit);
  return done;
}

function valueOf(engine: Db["engine"], model: Model, column: string, made: MadeRows): string {
  const field = model.fields.find(({ name }) => name === column);
  if (!field) throw new Error(`schema.prisma knows no ${model.name}.${column}.`);
  const value = reference(model, column, made) ?? filled(engine, field, made);
  return field.isRequired ? value : `CASE WHEN n % 2 = 1 THEN ${value} END`;
}

/** The id that a column refers to: of the store whose turn it is, or of the parent with this row's number. */
function reference(model: Model, column: string, made: MadeRows): string | undefined {
  if (column === "storeId") return `'${made.mark}Store' || (1 + (n - 1) % ${made.stores})`;
  const relation = model.fields.find(({ relationFromFields }) => relationFromFields?.includes(column));
  return relation && `'${made.mark}${relation.type}' || (1 + (n - 1) % ${made.rows(relation.type)})`;
}

function filled(engine: Db["engine"], field: Field, { mark, stores }: MadeRows): string {
  const postgres = engine === "postgres";
  if (field.kind === "enum") {
    // The first two: what was added later, an earlier state does not know.
    const [first, second = first] = ENUMS.get(field.type)!;
    const value = `CASE ((n - 1) / ${stores}) % 2 WHEN 0 THEN '${first}' ELSE '${second}' END`;
    return postgres ? `CAST(${value} AS "${field.type}")` : value;
  }
  if (field.isId) return `'${mark}${modelOf(field)}' || n`;
  if (field.name === "shopDomain") return `'${mark}-' || n || '.myshopify.com'`;
  if (field.name === "currency") return `'EUR'`;
  if (field.name === "ianaTimezone") return `'Europe/Berlin'`;
  switch (field.type) {
    case "Int":
    case "BigInt":
      return "n";
    case "Float":
      return "n * 0.5";
    case "Boolean":
      return "n % 3 = 0";
    case "Json":
      return postgres ? `CAST('{"made":true}' AS JSONB)` : `'{"made":true}'`;
    case "DateTime":
      return postgres
        ? `TIMESTAMP '2026-01-01' + n * INTERVAL '1 second'`
        : `strftime('%Y-%m-%dT%H:%M:%S.000+00:00', 1767225600 + n, 'unixepoch')`;
    default:
      return `'${field.name} ' || '${mark}' || n`;
  }
}

function modelOf(id: Field): string {
  return schema.models.find(({ fields }) => fields.includes(id))!.name;
}
