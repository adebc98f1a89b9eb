import { TextField } from "@shopify/polaris";

type Props = {
  name: string;
  label: string;
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
  placeholder?: string;
  helpText?: string;
};

/** A secret on one line: never shown, never offered to a password manager as the shop's own. */
export function SecretField(props: Props) {
  return <TextField {...props} type="password" autoComplete="new-password" spellCheck={false} />;
}
