import type { Queryable } from "~/platform/db/client.server";
import { changeRows, queryRows, tableName } from "~/platform/db/raw.server";
import { WAITING } from "./waiting";

/** Columns that say whose a row is: by the store's id, or by the shop's domain. */
const OWNER_COLUMNS = { storeId: "storeId", shopDomain: "shopDomain", shop: "shopDomain" } as const;
type OwnerColumn = keyof typeof OWNER_COLUMNS;

/** Not for deletion: the store's own row goes last, and the request is the proof that the rest is gone. */
const APART = ["Store", "ComplianceRequest"];

const WAITING_SQL = `"topic" IN (${list(WAITING.topic.in)}) AND "status" IN (${list(WAITING.status.in)})`;

export type Shop = { shopDomain: string; storeId: string | null };
export type OwnedTable = { table: string; columns: OwnerColumn[] };

/**
 * All rows of one shop, in whatever tables the database's own catalogue has: a table that somebody adds tomorrow is found
 * by its owner's column. For shop/redact, and for no page.
 */
export class ShopDataRepository {
  constructor(
    private readonly db: Queryable,
    private readonly shop: Shop,
  ) {}

  /** Children before their parents, so that no batch grows by what hangs on it. */
  async listTables(): Promise<OwnedTable[]> {
    const rows = await this.#catalogueColumns();
    const tables = new Map<string, OwnerColumn[]>();
    for (const { table, column } of rows)
      if (!APART.includes(table)) tables.set(table, [...(tables.get(table) ?? []), column]);
    const order = childrenFirst([...tables.keys()].sort(), await this.#references());
    return order.map((table) => ({ table, columns: tables.get(table)! }));
  }

  /** At most `limit` rows, and no unfinished compliance delivery. Returns how many there were. */
  async deleteBatch(owned: OwnedTable, limit: number): Promise<number> {
    const { sql, values } = this.#whose(owned);
    const table = tableName(this.db, owned.table);
    return changeRows(
      this.db,
      `DELETE FROM ${table} WHERE "id" IN (SELECT "id" FROM ${table} WHERE ${sql} LIMIT ${Math.trunc(limit)})`,
      values,
    );
  }

  async count(owned: OwnedTable): Promise<number> {
    const { sql, values } = this.#whose(owned);
    const [row] = await queryRows<{ count: number | bigint }>(
      this.db,
      `SELECT count(*) AS "count" FROM ${tableName(this.db, owned.table)} WHERE ${sql}`,
      values,
    );
    return Number(row!.count);
  }

  /**
   * REDACTED, and held so until the transaction ends; false when the shop has come back. A shop that installs again has
   * to wait for the batch, and the next batch sees it. A store that another erasure of the shop deleted is gone, not back.
   */
  async holdForRedaction(): Promise<boolean> {
    const { shopDomain, storeId } = this.shop;
    const held = storeId
      ? await this.db.store.updateMany({
          where: { id: storeId, status: { not: "ACTIVE" } },
          data: { status: "REDACTED", accessToken: null },
        })
      : { count: 0 };
    return held.count > 0 || (await this.db.store.count({ where: { shopDomain } })) === 0;
  }

  async deleteStore(): Promise<number> {
    if (!this.shop.storeId) return 0;
    const { count } = await this.db.store.deleteMany({ where: { id: this.shop.storeId } });
    return count;
  }

  /**
   * Takes unfinished compliance deliveries off the store, because deleting the store would delete them. Waits for one that
   * is being completed in another transaction. Returns the webhook ids of those that are still unfinished.
   */
  async detachWaiting(): Promise<string[]> {
    const { shopDomain, storeId } = this.shop;
    if (storeId)
      await this.db.webhookEvent.updateMany({ where: { storeId, ...WAITING }, data: { storeId: null } });
    const waiting = await this.db.webhookEvent.findMany({
      where: { shopDomain, ...WAITING },
      select: { webhookId: true },
    });
    return waiting.map(({ webhookId }) => webhookId);
  }

  #whose({ table, columns }: OwnedTable) {
    const values: string[] = [];
    const owners = columns.flatMap((column) => {
      const owner = this.shop[OWNER_COLUMNS[column]];
      if (owner === null) return [];
      values.push(owner);
      return [`"${column}" = ?`];
    });
    const except = table === "WebhookEvent" ? ` AND NOT (${WAITING_SQL})` : "";
    return { sql: `(${owners.join(" OR ") || "1 = 0"})${except}`, values };
  }

  #catalogueColumns(): Promise<{ table: string; column: OwnerColumn }[]> {
    const names = Object.keys(OWNER_COLUMNS)
      .map((name) => `'${name}'`)
      .join(", ");
    return queryRows(
      this.db,
      this.db.engine === "postgres"
        ? `SELECT c.table_name::text AS "table", c.column_name::text AS "column"
           FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
           WHERE c.table_schema = ? AND t.table_type = 'BASE TABLE' AND c.column_name IN (${names})`
        : `SELECT m.name AS "table", c.name AS "column" FROM sqlite_master m, pragma_table_info(m.name) c
           WHERE m.type = 'table' AND c.name IN (${names})`,
      this.#ofSchema(),
    );
  }

  #references(): Promise<Reference[]> {
    return queryRows(
      this.db,
      this.db.engine === "postgres"
        ? `SELECT child.relname::text AS "child", parent.relname::text AS "parent" FROM pg_constraint f
           JOIN pg_class child ON child.oid = f.conrelid JOIN pg_class parent ON parent.oid = f.confrelid
           WHERE f.contype = 'f' AND child.relnamespace = CAST(? AS text)::regnamespace`
        : `SELECT m.name AS "child", f."table" AS "parent" FROM sqlite_master m, pragma_foreign_key_list(m.name) f
           WHERE m.type = 'table'`,
      this.#ofSchema(),
    );
  }

  #ofSchema(): string[] {
    return this.db.engine === "postgres" ? [this.db.schema] : [];
  }
}

type Reference = { child: string; parent: string };

function childrenFirst(tables: string[], references: Reference[]): string[] {
  const order: string[] = [];
  const visit = (table: string) => {
    if (order.includes(table) || !tables.includes(table)) return;
    for (const { child, parent } of references) if (parent === table && child !== table) visit(child);
    if (!order.includes(table)) order.push(table);
  };
  tables.forEach(visit);
  return order;
}

function list(words: string[]): string {
  return words.map((word) => `'${word}'`).join(", ");
}
