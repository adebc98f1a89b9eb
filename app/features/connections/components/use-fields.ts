import { useState } from "react";
import type { ConnectionConfig } from "../connection";
import { STANDARD_REMINDER_DAYS } from "../reminder";

export type Fields = {
  values: Record<string, string>;
  /** Something differs from what is stored */
  dirty: boolean;
  /** Back to what is stored */
  reset: () => void;
  set: (name: string, value: string) => void;
  /** Props of a Polaris field */
  bind: (name: string) => {
    name: string;
    value: string;
    onChange: (value: string) => void;
    error: string | undefined;
    autoComplete: "off";
  };
};

/** What is typed into the form. A field that was changed since the answer has no longer the fault that the answer named. */
export function useFields(config: ConnectionConfig | null, errors: Partial<Record<string, string>>): Fields {
  const [values, setValues] = useState(() => initialValues(config));
  const [judged, setJudged] = useState<Record<string, string>>({});
  const [lastErrors, setLastErrors] = useState("");
  const key = JSON.stringify(errors);
  // A new answer judges what is typed now.
  if (key !== lastErrors) {
    setLastErrors(key);
    setJudged(values);
  }
  const set = (name: string, value: string) => setValues((before) => ({ ...before, [name]: value }));
  const [initial] = useState(values);
  return {
    values,
    dirty: Object.keys(values).some((name) => (values[name] ?? "") !== (initial[name] ?? "")),
    reset: () => setValues(initial),
    set,
    bind: (name) => ({
      name,
      value: values[name] ?? "",
      onChange: (value) => set(name, value),
      error: judged[name] === values[name] ? errors[name] : undefined,
      autoComplete: "off",
    }),
  };
}

/** What is not secret is shown as it is stored; secrets are never sent to the browser, so their fields begin empty. */
function initialValues(config: ConnectionConfig | null): Record<string, string> {
  const values: Record<string, string> = {
    reminderDays: String(config?.reminderDays ?? STANDARD_REMINDER_DAYS),
    credentialKind: config?.signIn ?? "service_account",
  };
  if (!config) return { ...values, timeoutSeconds: "10" };
  if ("propertyId" in config) return { ...values, propertyId: config.propertyId };
  if ("siteUrl" in config) return { ...values, siteUrl: config.siteUrl };
  return {
    ...values,
    endpoint: config.endpoint,
    toolAllowList: config.toolAllowList.join("\n"),
    timeoutSeconds: String(config.timeoutMs / 1000),
  };
}
