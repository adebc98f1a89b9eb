/** PRISMA_CLIENT_MAX_CONNECTIONS against what the server, the database and the role allow. */
import { queryRows } from "~/platform/db/raw.server";
import type { DatabaseCheck } from "./context";
import { count, found } from "./finding";

/** All processes together; the rest is for migrations, backups and people. */
const SHARE = 0.8;

/** -1: no limit */
type Limit = { limit: number; used: number; whose: "server" | "database" | "role" };

export const pool: DatabaseCheck = async (db, { addresses }) => {
  if (db.engine !== "postgres") return [];
  const limits = await queryRows<Limit>(
    db,
    `WITH client AS (SELECT datname, usename FROM pg_stat_activity WHERE backend_type = 'client backend')
     SELECT 'server' AS whose, current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
       - coalesce(current_setting('reserved_connections', true)::int, 0) AS "limit", (SELECT count(*)::int FROM client) AS used
     UNION ALL SELECT 'database', datconnlimit, (SELECT count(*)::int FROM client WHERE client.datname = d.datname)
       FROM pg_database d WHERE datname = current_database()
     UNION ALL SELECT 'role', rolconnlimit, (SELECT count(*)::int FROM client WHERE usename = rolname)
       FROM pg_roles WHERE rolname = current_user`,
    [],
  );
  const limited = limits.filter(({ limit }) => limit >= 0);
  const { limit: most, whose } = limited.reduce((least, one) => (one.limit < least.limit ? one : least));
  const allowed = Math.floor(most * SHARE);
  const full = limited.find(({ limit, used }) => used > limit * SHARE);
  const { maxConnections } = addresses!;
  const ofServer = `The ${whose} allows ${count(most, "connection")}`;
  return [
    maxConnections > allowed
      ? found(
          "mend",
          "POOL_OVER_LIMIT",
          `${ofServer}, and PRISMA_CLIENT_MAX_CONNECTIONS is ${maxConnections} for this process alone.`,
          `Set it to ${Math.max(1, allowed)} or less (all processes together at most 80 % of the limit), or raise the plan.`,
        )
      : found(
          "ok",
          "OK",
          `${ofServer}; ${count(Math.floor(allowed / maxConnections), "process", "processes")} with PRISMA_CLIENT_MAX_CONNECTIONS=${maxConnections} fit into 80 % of them.`,
        ),
    ...(full
      ? [
          found(
            "warning",
            "CONNECTIONS_NEARLY_USED",
            `${full.used} of the ${full.limit} connections that the ${full.whose} allows are in use at this moment.`,
            "Lower PRISMA_CLIENT_MAX_CONNECTIONS, end what holds them (pg_stat_activity), or raise the plan.",
          ),
        ]
      : []),
  ];
};
