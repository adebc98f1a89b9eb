import { useFetcher } from "@remix-run/react";
import { useEffect, useState } from "react";
import { useToast } from "~/components/use-toast";
import type { SettingsAnswer } from "../save-settings.server";
import { SETTING_NAMES, type SavedSettings, type SettingName } from "../settings-fields";
import {
  answered,
  discard,
  edit,
  formFields,
  isDirty,
  keepMine,
  openForm,
  type SettingsFormState,
  type Typed,
} from "../settings-form";

/** The settings page's state, and what may be done with it. */
export function useSettingsForm(saved: SavedSettings, currency: string) {
  const fetcher = useFetcher<SettingsAnswer>();
  const [form, setForm] = useState(() => openForm(saved, currency));
  const [sent, setSent] = useState<Typed>();
  const answer = fetcher.data;
  const dirty = isDirty(form);
  useToast(answer);

  const [heard, setHeard] = useState(answer);
  if (answer && answer !== heard) {
    setHeard(answer);
    setForm(answered(form, answer, sent));
  }
  // The loader runs again after each save; whatever is being typed outlasts it.
  const [loaded, setLoaded] = useState(saved);
  if (saved !== loaded) {
    setLoaded(saved);
    if (!dirty && fetcher.state === "idle") setForm(openForm(saved, currency));
  }
  useEffect(() => {
    if (answer && !answer.ok && answer.fieldErrors) focusFirst(answer.fieldErrors);
  }, [answer]);

  const submit = (next: SettingsFormState) => {
    setForm(next);
    setSent(next.typed);
    fetcher.submit(formFields(next), { method: "post" });
  };
  return {
    form,
    dirty,
    saving: fetcher.state === "submitting",
    /** Of an answer that failed, when the server gave one */
    reference: (answer && "reference" in answer && (answer.reference as string | null)) || null,
    edit: <N extends SettingName>(name: N, value: Typed[N]) => setForm((form) => edit(form, name, value)),
    save: () => dirty && submit(form),
    discard: () => setForm(discard(form)),
    keepMine: () => submit(keepMine(form)),
  };
}

export type SettingsEditor = ReturnType<typeof useSettingsForm>;

/** Where the merchant has to type, the keyboard goes. */
export function focusField(name: SettingName) {
  document.getElementById(name)?.focus();
}

function focusFirst(errors: object) {
  const first = SETTING_NAMES.find((name) => name in errors);
  if (first) focusField(first);
}
