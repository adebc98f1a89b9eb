/** What tells whether two databases hold the same: of each table the number of rows, and a hash over all of them. */
export type Fingerprint = { rows: number; hash: string };
export type Fingerprints = Record<string, Fingerprint>;

/** One sentence per table that is not the same; none when all are. */
export function differences(expected: Fingerprints, actual: Fingerprints): string[] {
  const tables = [...new Set([...Object.keys(expected), ...Object.keys(actual)])].sort();
  return tables.flatMap((table) => {
    const [was, is] = [expected[table], actual[table]];
    if (!is) return [`${table} is missing; the backup has it with ${rows(was!)}.`];
    if (!was) return [`${table} is not in the backup, and has ${rows(is)}.`];
    if (was.rows !== is.rows) return [`${table} has ${rows(is)}, the backup ${rows(was)}.`];
    return was.hash === is.hash ? [] : [`${table} has other content in its ${rows(is)} than the backup.`];
  });
}

export function totalRows(tables: Fingerprints): number {
  return Object.values(tables).reduce((sum, { rows }) => sum + rows, 0);
}

export function rows(count: Fingerprint | number): string {
  const n = typeof count === "number" ? count : count.rows;
  return `${n.toLocaleString("en-US")} ${n === 1 ? "row" : "rows"}`;
}
