import type { KeyProvider } from "~/platform/crypto/keyring.server";
import type { Db } from "~/platform/db/client.server";
import type { ProviderDeps } from "./providers/provider-client.server";

/** Whose connections, with what to open and ask them, by whom and when. */
export type ConnectionContext = {
  db: Db;
  storeId: string;
  keys: KeyProvider;
  deps: ProviderDeps;
  /** The shop's */
  ianaTimezone: string;
  /** Who is at the screen, as Shopify's GID */
  actor: string;
  now: Date;
};
