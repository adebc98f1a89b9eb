/**
 * The Prisma CLI, told which engine it works for.
 *   generate        both clients; needs no database
 *   sqlite <args>   any Prisma command on the SQLite file of DATABASE_URL, or on prisma/dev.sqlite
 */
import { databaseEnvironment, scriptOption } from "~/platform/env.server";
import { prismaCli } from "./prisma-cli";

const DEV_SQLITE = "file:./prisma/dev.sqlite";

process.exitCode = main(process.argv.slice(2));

function main([command, ...args]: string[]): number {
  if (command === "generate") {
    // The CLI wants a URL of the schema's own engine even where it opens no connection.
    const urls = ["postgresql://localhost/unused", DEV_SQLITE];
    return urls.map((url) => prismaCli(url, ["generate", "--no-hints"], "errors").status).find(Boolean) ?? 0;
  }
  if (command === "sqlite") {
    const given = scriptOption("DATABASE_URL");
    if (given && !given.startsWith("file:")) console.log(`DATABASE_URL is not a file; using ${DEV_SQLITE}`);
    const { databaseUrl } = databaseEnvironment(DEV_SQLITE);
    const url = databaseUrl.startsWith("file:") ? databaseUrl : DEV_SQLITE;
    // 6.19's `migrate dev` stumbles over a file without a migration table (P1014); `migrate deploy` makes one.
    if (args.join(" ").startsWith("migrate dev")) prismaCli(url, ["migrate", "deploy"], "errors");
    return prismaCli(url, args).status;
  }
  console.error("Usage: prisma/cli.ts generate | sqlite <prisma arguments>");
  return 2;
}
