/** Whether two databases hold the same seed: one hash per table over every column of every row, in the order of ids. */
import { createHash } from "node:crypto";
import { accessTokenPlace } from "~/features/stores/install.server";
import { subjectPlace } from "~/features/compliance/subject-place";
import { secretPlace } from "~/features/connections/secret-place";
import { open } from "~/platform/crypto/envelope.server";
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import type { Db } from "~/platform/db/client.server";
import { openTokens } from "~/platform/shopify/session-storage.server";
import { TABLES, type Rows, type Table } from "./rows";

export type Fingerprint = Record<Table, string>;

/**
 * Envelopes differ by their random IV and are compared by what they hold; the key's own traces (`keyId`, the keyed
 * `fingerprint`) belong to the installation and are left out.
 * @throws {EnvelopeError | KeyUnavailableError} when a seeded secret does not open
 */
export async function seedFingerprint(db: Db, keys: KeyProvider): Promise<Fingerprint> {
  const hashes = await Promise.all(
    TABLES.map(
      async (table) => [table, hashOf(await comparable(await readAll(db, table), table, keys))] as const,
    ),
  );
  return Object.fromEntries(hashes) as Fingerprint;
}

type AnyRow = Record<string, unknown> & { id: string };

async function readAll(db: Db, table: Table): Promise<AnyRow[]> {
  const model = (table[0]!.toLowerCase() + table.slice(1)) as Uncapitalize<Table>;
  const rows = await (db[model] as unknown as { findMany(): Promise<AnyRow[]> }).findMany();
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function comparable(rows: AnyRow[], table: Table, keys: KeyProvider): Promise<AnyRow[]> {
  if (table === "Session")
    return Promise.all(
      (rows as Rows["Session"][]).map(async (row) => ({ ...row, ...(await openTokens(keys, row)) })),
    );
  if (table === "Store")
    return Promise.all(
      (rows as Rows["Store"][]).map(async (row) => ({
        ...row,
        accessToken: row.accessToken && (await open(keys, accessTokenPlace(row.id), row.accessToken)),
      })),
    );
  if (table === "StoreSecret")
    return Promise.all(
      (rows as Rows["StoreSecret"][]).map(async ({ keyId: _keyId, fingerprint: _fingerprint, ...row }) => ({
        ...row,
        cipherText: await open(keys, secretPlace(row.storeId, row.provider), row.cipherText),
      })),
    );
  if (table === "ComplianceRequest")
    return Promise.all(
      (rows as Rows["ComplianceRequest"][]).map(async (row) => ({
        ...row,
        subject: row.subject && (await open(keys, subjectPlace(row), row.subject)),
      })),
    );
  return rows;
}

function hashOf(rows: AnyRow[]): string {
  return createHash("sha256").update(rows.map(canonical).join("\n")).digest("hex");
}

/** Keys in alphabetical order: jsonb keeps another one than text does. */
function canonical(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object")
    return `{${Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`)
      .join(",")}}`;
  return JSON.stringify(value) ?? "undefined";
}
