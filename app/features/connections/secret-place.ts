import type { SecretPlace } from "~/platform/crypto/envelope.server";
import type { Provider } from "./provider";

export function secretPlace(storeId: string, provider: Provider): SecretPlace {
  return { table: "StoreSecret", storeId, provider, field: "cipherText" };
}
