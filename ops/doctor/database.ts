/** Whether the database can be reached and used as it is, and whether the other addresses lead to where they should. */
import { dirname } from "node:path";
import { databaseFindings } from "~/platform/db/database-findings.server";
import type { Db } from "~/platform/db/client.server";
import { parseDatabaseUrl } from "~/platform/db/database-url";
import { withHostPlace } from "~/platform/db/postgres-address";
import { queryRows } from "~/platform/db/raw.server";
import { ambiguousAddresses, directAddress, shadowAddress } from "./addresses";
import type { Check, Context } from "./context";
import { found, type Found, verb } from "./finding";

/** What the migrations and queries need, and Postgres' own makers still mend. */
const OLDEST_SERVER = 13;
const LEAST_BYTES = 500 * 2 ** 20;

export const database: Check = async (context) => [
  ...(context.trouble ? [found("mend", "DATABASE_UNAVAILABLE", context.trouble.message)] : []),
  ...(context.db ? await usable(context.db) : []),
  ...unverifiedTls(context),
  ...ambiguousAddresses(context),
  ...(await directAddress(context)),
  ...(await shadowAddress(context)),
  ...(await sqliteFile(context)),
];

async function usable(db: Db): Promise<Found[]> {
  if (db.engine !== "postgres") return [];
  const findings = await databaseFindings(db);
  const [server] = await queryRows<{ number: number; name: string }>(
    db,
    `SELECT current_setting('server_version_num')::int AS "number", current_setting('server_version') AS "name"`,
    [],
  );
  return [
    ...findings.map(({ code, severity, sentence }) =>
      found(severity === "refuse" ? "mend" : "warning", code, sentence),
    ),
    ...serverVersion(server!.number, server!.name),
  ];
}

export function serverVersion(number: number, name: string): Found[] {
  if (number >= OLDEST_SERVER * 10_000) return [];
  return [
    found(
      "mend",
      "SERVER_OLD",
      `The server is Postgres ${name}; Backroom needs ${OLDEST_SERVER} or later.`,
      "Upgrade the server, or move to a newer one with npm run backup and npm run restore.",
    ),
  ];
}

/** pg takes every certificate with this mode, that of an impostor too. */
function unverifiedTls({ addresses, isProduction, engine }: Context): Found[] {
  if (!addresses || engine !== "postgres" || !isProduction) return [];
  const names = (["databaseUrl", "directUrl"] as const).filter((name) => {
    const url = addresses[name];
    return url && new URL(withHostPlace(url)).searchParams.getAll("sslmode").at(-1) === "no-verify";
  });
  if (!names.length) return [];
  return [
    found(
      "warning",
      "TLS_NOT_VERIFIED",
      `${names.map((name) => (name === "databaseUrl" ? "DATABASE_URL" : "DIRECT_URL")).join(" and ")} ${verb(names.length, "has", "have")} sslmode=no-verify: any server between here and the database may answer in its place.`,
      "Write sslmode=verify-full, and the provider's certificate in sslrootcert.",
    ),
  ];
}

async function sqliteFile({ addresses, engine, host, db }: Context): Promise<Found[]> {
  if (!addresses || engine !== "sqlite" || !db) return [];
  const address = parseDatabaseUrl(addresses.databaseUrl);
  if (address.engine !== "sqlite" || address.file === ":memory:") return [];
  const { file } = address;
  const folder = dirname(file);
  const mayWrite = (await host.mayWrite(file)) && (await host.mayWrite(folder));
  const free = await host.freeBytes(folder);
  return [
    ...(mayWrite
      ? []
      : [
          found(
            "mend",
            "SQLITE_UNWRITABLE",
            `This user may not write to the SQLite file ${file} or to its folder, where SQLite keeps its log.`,
            "Give it the right to both, or run this as the user of the app.",
          ),
        ]),
    ...(free !== undefined && free < LEAST_BYTES
      ? [found("mend", "DISK_LOW", ...lowDisk(free, folder))]
      : []),
  ];
}

export function lowDisk(free: number, folder: string): [sentence: string, todo: string] {
  return [
    `${Math.floor(free / 2 ** 20)} MB are left on the disk of ${folder}.`,
    "Free some: without room, webhooks are refused and backups fail.",
  ];
}
