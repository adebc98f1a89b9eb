import { readFileSync } from "node:fs";
import { parse } from "smol-toml";
import { z } from "zod";
import { ConfigurationError } from "~/platform/env.server";
import { isCompliance } from "./webhook-topics";

/** A topic that Shopify subscribes by itself, with the app's version: `shopify app deploy` tells it. */
export type DeclaredTopic = { topic: string; uri: string };

/** In the folder that the app is started from; the Dockerfile puts it there. */
const FILE = "shopify.app.toml";

let known: DeclaredTopic[] | undefined;

/**
 * What shopify.app.toml declares, read once. Shopify does not list these subscriptions through the Admin API.
 * @throws {ConfigurationError} when the file is not there or is not that of an app
 */
export function declaredTopics(): DeclaredTopic[] {
  return (known ??= readDeclaredTopics(FILE));
}

export function readDeclaredTopics(path: string): DeclaredTopic[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw unreadable(path, `cannot be read (${(error as { code?: string }).code ?? "unknown"})`);
  }
  const file = parseToml(path, text);
  const parsed = appFile.safeParse(file);
  if (!parsed.success) {
    const { path: where, message } = parsed.error.issues[0]!;
    throw unreadable(path, `has something else than expected at ${where.join(".")} (${message})`);
  }
  return parsed.data.webhooks.subscriptions.flatMap(({ topics, compliance_topics, uri }) =>
    [...topics, ...compliance_topics].map((topic) => ({ topic, uri })),
  );
}

const topics = z.array(z.string()).default([]);
const appFile = z.object({
  webhooks: z.object({
    subscriptions: z
      .array(
        z.object({
          topics: topics.refine((list) => !list.some(isCompliance), "these belong to compliance_topics"),
          compliance_topics: topics,
          uri: z.string(),
        }),
      )
      .default([]),
  }),
});

function parseToml(path: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw unreadable(path, `is not TOML (${error instanceof Error ? error.message.split("\n")[0] : ""})`);
  }
}

function unreadable(path: string, problem: string): ConfigurationError {
  return new ConfigurationError([
    `${path} ${problem}; Backroom reads there which webhooks Shopify sends by itself. Start it in the folder that has it.`,
  ]);
}
