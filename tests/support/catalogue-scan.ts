/** The whole database by its own catalogue: a table or a column that nobody thought of is in it all the same. */
import type { Db } from "~/platform/db/client.server";

export type Column = { table: string; column: string; isText: boolean };

export async function listColumns(db: Db): Promise<Column[]> {
  const rows = await db.$queryRawUnsafe<{ table: string; column: string; type: string }[]>(
    db.engine === "postgres"
      ? `SELECT c.relname::text AS "table", a.attname::text AS "column", a.atttypid::regtype::text AS "type"
         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname NOT LIKE '\\_prisma%'
         ORDER BY 1, 2`
      : `SELECT m.name AS "table", c.name AS "column", c.type AS "type" FROM sqlite_master m, pragma_table_info(m.name) c
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name NOT LIKE '\\_prisma%' ESCAPE '\\' ORDER BY 1, 2`,
  );
  return rows.map(({ table, column, type }) => ({ table, column, isText: /^text$/i.test(type) }));
}

/** "Table.column" of every value, of whatever type, that contains one of the texts, whatever its case. */
export async function scan(db: Db, needles: string[]): Promise<string[]> {
  const columns = await listColumns(db);
  const contains = (column: string) =>
    needles
      .map((needle) => {
        const text = `'${needle.toLowerCase().replaceAll("'", "''")}'`;
        return db.engine === "postgres"
          ? `position(${text} in lower("${column}"::text)) > 0`
          : `instr(lower(CAST("${column}" AS TEXT)), ${text}) > 0`;
      })
      .join(" OR ");
  const found: string[] = [];
  for (const table of new Set(columns.map((one) => one.table))) {
    const names = columns.filter((one) => one.table === table).map(({ column }) => column);
    const counts = names.map((name, i) => `count(*) FILTER (WHERE ${contains(name)}) AS "c${i}"`);
    const [row] = await db.$queryRawUnsafe<[Record<string, bigint>]>(
      `SELECT ${counts.join(", ")} FROM "${table}"`,
    );
    for (const [i, name] of names.entries()) if (Number(row[`c${i}`])) found.push(`${table}.${name}`);
  }
  return found;
}

/** Every row of every table as text, but what `except` names. */
export async function dump(db: Db, except: (table: string, row: Record<string, unknown>) => boolean) {
  const tables = [...new Set((await listColumns(db)).map(({ table }) => table))];
  const content: Record<string, string[]> = {};
  for (const table of tables) {
    const rows = await db.$queryRawUnsafe<Record<string, unknown>[]>(`SELECT * FROM "${table}" ORDER BY 1`);
    const kept = rows.filter((row) => !except(table, row));
    content[table] = kept.map((row) =>
      JSON.stringify(row, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value)),
    );
  }
  return content;
}
