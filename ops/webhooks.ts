/** `npm run webhooks`: the diagnostics page for a terminal, over the whole installation (ops/RUNBOOK.md, "Webhooks"). */
import { command, UsageError } from "~/platform/command.server";
import { EnvelopeError } from "~/platform/crypto/envelope.server";
import { KeyUnavailableError } from "~/platform/crypto/keyring.server";
import { KeyServiceError } from "~/platform/crypto/kms-errors.server";
import { databaseEnvironment } from "~/platform/env.server";
import { AdminApiError } from "~/platform/shopify/admin-graphql.server";
import { ReconnectRequiredError } from "~/platform/shopify/offline-access.server";
import { SessionUnreadableError } from "~/platform/shopify/session-storage.server";
import { withDatabase } from "./database";
import { dismiss, replay } from "./webhooks/change";
import { list, show, status } from "./webhooks/inspect";
import { audit, sync } from "./webhooks/registry";
import { OPTIONS, readRequest, type Subcommand } from "./webhooks/request";
import { test } from "./webhooks/test";

const SUBCOMMANDS: Record<string, Subcommand> = { status, list, show, replay, dismiss, audit, sync, test };

export const main = command({
  name: "npm run webhooks",
  help: `Usage: npm run webhooks -- <command>

  status [--shop S]                          how many deliveries are in which state, and since when
  list [--status S] [--topic T] [--shop S] [--limit N]
  show <webhookId>                           one delivery; what tells of a person is masked
  replay <webhookId> | [--status S] [--topic T] [--shop S] | --all  [--yes]
  dismiss <webhookId> | [--status S] [--topic T] [--shop S] | --all  [--yes]
  audit --shop S                             what Shopify has against what it should have
  sync --shop S [--yes]                      registers, refreshes and removes until it has
  test --shop S [--topic T]                  sends a harmless delivery as Shopify would, and follows it

Without --yes, replay, dismiss and sync say what they would do, and change nothing.

0    done, or told
1    nothing matched, topics are not as they should be, or the test did not get through
2    it could not run to its end: arguments, configuration, database, Shopify; what was done stays done
130  stopped by SIGINT or SIGTERM; what was done stays done`,
  options: OPTIONS,
  positionals: 2,
  stopsAtOnce: true,
  run: async ({ values, positionals: [name = "", webhookId] }, env, io) => {
    const subcommand = Object.hasOwn(SUBCOMMANDS, name) ? SUBCOMMANDS[name]! : undefined;
    if (!subcommand)
      throw new UsageError(
        `The command is one of ${Object.keys(SUBCOMMANDS).join(", ")}, and not "${name}".`,
      );
    const work = subcommand(readRequest(values, webhookId), env, io);
    const { databaseUrl, directUrl, maxConnections } = databaseEnvironment(env);
    return withDatabase(directUrl ?? databaseUrl, { maxConnections }, work);
  },
  expected: [
    ...[AdminApiError, KeyServiceError, KeyUnavailableError, EnvelopeError],
    ...[SessionUnreadableError, ReconnectRequiredError],
  ],
});
