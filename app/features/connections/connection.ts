/** A connection: a provider, what is not secret about it, and its credential. */
import type { ConnectionMetadata } from "~/features/settings/settings.schema";
import type { Credentials } from "./credential";
import type { Provider } from "./provider";

export type ConnectionConfig<P extends Provider = Provider> = NonNullable<ConnectionMetadata[P]>;

export type ConnectionOf<P extends Provider> = {
  provider: P;
  config: ConnectionConfig<P>;
  credential: Credentials[P];
};
export type Connection = { [P in Provider]: ConnectionOf<P> }[Provider];
