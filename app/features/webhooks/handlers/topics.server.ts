/** Every topic that Backroom does something about (shopify.app.toml declares the same). Any other is stored and skipped. */
import type { TopicHandler } from "../handler";

export const HANDLERS: ReadonlyMap<string, TopicHandler> = new Map<string, TopicHandler>([]);
