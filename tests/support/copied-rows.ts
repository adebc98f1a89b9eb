import type { Db } from "~/platform/db/client.server";

/** Copies a row until there are `count` of it, in the database itself. `unique` are the text columns that get a number. */
export async function copyRow(
  db: Db,
  { table, id, count, unique }: { table: string; id: string; count: number; unique: string[] },
) {
  const [row] = await db.$queryRawUnsafe<[object]>(`SELECT * FROM "${table}" WHERE "id" = '${id}'`);
  const columns = Object.keys(row);
  const values = columns.map((name) => (unique.includes(name) ? `"${name}" || '-' || "n"` : `"${name}"`));
  await db.$executeRawUnsafe(
    `INSERT INTO "${table}" (${columns.map((name) => `"${name}"`).join()})
     WITH RECURSIVE "numbers" AS (SELECT 2 AS "n" UNION ALL SELECT "n" + 1 FROM "numbers" WHERE "n" <= ${count})
     SELECT ${values.join()} FROM "${table}", "numbers" WHERE "id" = '${id}' AND "n" <= ${count}`,
  );
}
