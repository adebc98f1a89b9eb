import type { ConnectionAnswer } from "../connection-answer";
import type { FormMode } from "./connection-form";
import type { Fields } from "./use-fields";

export type ProviderFieldsProps = {
  fields: Fields;
  mode: FormMode;
  /** What the account can see, once it was asked for */
  sites: ConnectionAnswer["sites"];
  finding: boolean;
  onFindSites: () => void;
};
