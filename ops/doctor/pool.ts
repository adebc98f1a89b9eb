/** PRISMA_CLIENT_MAX_CONNECTIONS against what the server, the database and the role allow. */
import { queryRows } from "~/platform/db/raw.server";
import type { DatabaseCheck } from "./context";
import { count, found } from "./finding";

/** All processes together; the rest is for migrations, backups and people. */
const SHARE = 0.8;

type Limits = { server: number; database: number; role: number; used: number };

export const pool: DatabaseCheck = async (db, { addresses }) => {
  if (db.engine !== "postgres") return [];
  const [limits] = await queryRows<Limits>(
    db,
    `SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
       - coalesce(current_setting('reserved_connections', true)::int, 0) AS "server",
       (SELECT datconnlimit FROM pg_database WHERE datname = current_database()) AS "database",
       (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user) AS "role",
       (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type IS NULL OR backend_type = 'client backend') AS "used"`,
    [],
  );
  const { server, used } = limits!;
  const most = Math.min(...[server, limits!.database, limits!.role].filter((limit) => limit >= 0));
  const allowed = Math.floor(most * SHARE);
  const { maxConnections } = addresses!;
  const ofServer = `The server allows ${count(most, "connection")}`;
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
    ...(used > server * SHARE
      ? [
          found(
            "warning",
            "CONNECTIONS_NEARLY_USED",
            `${used} of the server's ${server} connections are in use at this moment.`,
            "Lower PRISMA_CLIENT_MAX_CONNECTIONS, end what holds them (pg_stat_activity), or raise the plan.",
          ),
        ]
      : []),
  ];
};
