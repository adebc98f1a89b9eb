import type { SecretPlace } from "~/platform/crypto/envelope.server";
import type { Queryable } from "~/platform/db/client.server";
import { changeRows, queryRows } from "~/platform/db/raw.server";

/** A column that holds envelopes. Names come from our own list (rewrap.server.ts), never from outside. */
export type SealedColumn = {
  table: "StoreSecret" | "Store" | "Session" | "ComplianceRequest";
  column: "cipherText" | "accessToken" | "refreshToken" | "subject";
  /** Columns that `place` needs beside the id */
  boundTo: string[];
  placeOf: (row: Record<string, string> & { id: string }) => SecretPlace;
};

export type SealedValue = Record<string, string> & { id: string; envelope: string };
export type Replacement = {
  id: string;
  /** Replaced only while it is still this */
  was: string;
  envelope: string;
  keyId: string;
  version: number;
  fingerprint: string;
};

/** Every envelope of the installation, whatever store it belongs to: for `secrets:rewrap`, and for no page. */
export class SealedValueRepository {
  constructor(private readonly db: Queryable) {}

  /** In the order of ids, those after `after` whose envelope does not begin with `prefix`. */
  async list(
    { table, column, boundTo }: SealedColumn,
    prefix: string,
    after: string,
    limit: number,
  ): Promise<SealedValue[]> {
    const columns = ["id", ...boundTo].map((name) => `CAST("${name}" AS TEXT) AS "${name}"`).join(", ");
    return queryRows(
      this.db,
      `SELECT ${columns}, "${column}" AS "envelope" FROM "${table}"
       WHERE "id" > ? AND "${column}" <> '' AND substr("${column}", 1, ${prefix.length}) <> ?
       ORDER BY "id" LIMIT ?`,
      [after, prefix, limit],
    );
  }

  /**
   * All of a batch in one statement. A row that somebody wrote meanwhile keeps what they wrote, and `updatedAt` stays:
   * nothing changed that its readers would notice. Returns how many were replaced.
   */
  async replace({ table, column }: SealedColumn, batch: Replacement[]): Promise<number> {
    const facts =
      table === "StoreSecret"
        ? `, "keyId" = c."keyId", "encryptionVersion" = c."version", "fingerprint" = c."fingerprint"`
        : "";
    return changeRows(
      this.db,
      `UPDATE "${table}" SET "${column}" = c."envelope"${facts} FROM (${this.#rowsOfJson()}) AS c
       WHERE "${table}"."id" = c."id" AND "${table}"."${column}" = c."was"`,
      [JSON.stringify(batch)],
    );
  }

  /** How many envelopes begin with each key's name; what names no key is counted under "". */
  async countByKey({ table, column }: SealedColumn): Promise<{ keyId: string; count: number }[]> {
    const rest = `substr("${column}", 5)`;
    const keyId =
      this.db.engine === "postgres"
        ? `split_part(${rest}, '.', 1)`
        : `substr(${rest}, 1, instr(${rest}, '.') - 1)`;
    const rows = await queryRows<{ keyId: string; count: number | bigint }>(
      this.db,
      `SELECT CASE WHEN "${column}" LIKE 'bk1.%' THEN ${keyId} ELSE '' END AS "keyId", count(*) AS "count"
       FROM "${table}" WHERE "${column}" <> '' GROUP BY 1`,
      [],
    );
    return rows.map((row) => ({ keyId: row.keyId, count: Number(row.count) }));
  }

  #rowsOfJson(): string {
    const columns = ["id", "was", "envelope", "keyId", "version", "fingerprint"];
    if (this.db.engine === "postgres")
      return `SELECT * FROM json_to_recordset(CAST(? AS json)) AS r(${columns.map((c) => `"${c}" ${c === "version" ? "int" : "text"}`).join(", ")})`;
    return `SELECT ${columns.map((c) => `json_extract(value, '$.${c}') AS "${c}"`).join(", ")} FROM json_each(?)`;
  }
}
