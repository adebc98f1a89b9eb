/** `npm run prisma:generate`, which also follows every installation: both clients, for which no database is needed. */
import { command } from "~/platform/command.server";
import { UNUSED_URL } from "./cli-database";
import { runPrisma } from "./prisma-cli";

const HELP = `npm run prisma:generate

Writes the Prisma clients of both engines to prisma/generated. Opens no database.
Exit code: 0 done, or that of the Prisma CLI.`;

export const main = command({
  name: "npm run prisma:generate",
  help: HELP,
  run: async (_, env, io) => {
    // The schemas' other generator writes node_modules/.prisma/client; once is enough.
    const runs = [[UNUSED_URL.postgres, "--generator", "client"], [UNUSED_URL.sqlite]] as const;
    for (const [url, ...only] of runs) {
      const { code, stdout, stderr } = await runPrisma(url, ["generate", "--no-hints", ...only], {
        env,
        io,
        quiet: true,
      });
      if (code === 0) continue;
      io.err(`${stdout}${stderr}`.trim());
      return code;
    }
    io.out("Wrote the clients of Postgres and of SQLite to prisma/generated.");
    return 0;
  },
});
