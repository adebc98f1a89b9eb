/** `npm run prisma:db-push:sqlite`: the SQLite schema into a file, without a migration. */
import { command } from "~/platform/command.server";
import { runPrisma } from "./prisma-cli";
import { asArguments, sqliteAddress } from "./sqlite-address";

const HELP = `npm run prisma:db-push:sqlite [-- --accept-data-loss] [-- --force-reset] [-- --skip-generate]

Gives the SQLite file of DATABASE_URL (prisma/dev.sqlite where that names no file) the structure of schema.sqlite.prisma, and
writes the client. npm run prisma:migrate:sqlite can make a migration of it later.
  --accept-data-loss  also where values would be lost
  --force-reset       empties the file first
  --skip-generate     writes no client
Exit code: that of prisma db push.`;

export const main = command({
  name: "npm run prisma:db-push:sqlite",
  help: HELP,
  options: { "accept-data-loss": "flag", "force-reset": "flag", "skip-generate": "flag" },
  run: async ({ values }, env, io) => {
    const { url } = sqliteAddress(env, io);
    return (await runPrisma(url, ["db", "push", ...asArguments(values)], { env, io })).code;
  },
});
