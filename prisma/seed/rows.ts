/** What a seed part hands to the writer: whole rows, every column said, so that no default of the machine creeps in. */
import type * as Model from "#prisma/postgres";

/** Parents before children, in which order they are inserted. */
export const TABLES = [
  "Store",
  "Session",
  "StoreSettings",
  "StoreSecret",
  "KpiCache",
  "OrderFlag",
  "Ticket",
  "TicketMessage",
  "AiDraft",
  "SeoInsight",
  "ProductVelocity",
  "PurchaseOrder",
  "PurchaseOrderLine",
  "ConnectionEvent",
  "WebhookRegistry",
  "WebhookEvent",
  "RetentionRun",
  "ComplianceRequest",
] as const;

export type Table = (typeof TABLES)[number];

export type Rows = {
  Store: Model.Store;
  Session: Model.Session;
  StoreSettings: Model.StoreSettings;
  StoreSecret: Model.StoreSecret;
  KpiCache: Model.KpiCache;
  OrderFlag: Model.OrderFlag;
  Ticket: Model.Ticket;
  TicketMessage: Model.TicketMessage;
  AiDraft: Model.AiDraft;
  SeoInsight: Model.SeoInsight;
  ProductVelocity: Model.ProductVelocity;
  PurchaseOrder: Model.PurchaseOrder;
  PurchaseOrderLine: Model.PurchaseOrderLine;
  ConnectionEvent: Model.ConnectionEvent;
  WebhookRegistry: Model.WebhookRegistry;
  WebhookEvent: Model.WebhookEvent;
  RetentionRun: Model.RetentionRun;
  ComplianceRequest: Model.ComplianceRequest;
};

export type SeedRows = { [T in Table]?: Rows[T][] };

/** The columns that every table has. */
export function stamp(createdAt: Date, updatedAt = createdAt) {
  return { createdAt, updatedAt };
}

export function mergeRows(parts: SeedRows[]): SeedRows {
  const merged: SeedRows = {};
  for (const part of parts) for (const table of TABLES) append(merged, table, part[table]);
  return merged;
}

function append<T extends Table>(into: SeedRows, table: T, rows: Rows[T][] | undefined) {
  if (!rows?.length) return;
  const list: Rows[T][] = (into[table] ??= [] as never);
  for (const row of rows) list.push(row);
}

export function countRows(rows: SeedRows): number {
  return TABLES.reduce((sum, table) => sum + (rows[table]?.length ?? 0), 0);
}
