import { useFetcher } from "@remix-run/react";
import { BlockStack, Button, Card, InlineStack, TextField } from "@shopify/polaris";
import { useState } from "react";
import { ActionError } from "~/components/action-error";
import { SaveBar } from "~/components/save-bar";
import { useToast } from "~/components/use-toast";
import { NOTE_LENGTH } from "../order-flag";
import type { FlagActionAnswer } from "../flag-actions.server";

/** A note for colleagues. What is typed stays until it is saved or discarded. */
export function NoteForm({ id, note }: { id: string; note: string }) {
  const fetcher = useFetcher<FlagActionAnswer>();
  const [text, setText] = useState(note);
  const [loaded, setLoaded] = useState(note);
  // Saved here, or by a colleague meanwhile: what is not being changed follows.
  if (note !== loaded) {
    setLoaded(note);
    if (text.trim() === loaded) setText(note);
  }
  useToast(fetcher.data);
  const dirty = text.trim() !== note;
  const busy = fetcher.state !== "idle";
  const answer = busy ? undefined : fetcher.data;
  const fieldError = answer && !answer.ok ? answer.fieldErrors?.note : undefined;
  const save = () => fetcher.submit({ intent: "note", id, note: text }, { method: "post" });
  return (
    <Card>
      <SaveBar id="note-save-bar" open={dirty} saving={busy} onSave={save} onDiscard={() => setText(note)} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <BlockStack gap="300">
          <TextField
            label="Note"
            name="note"
            value={text}
            onChange={setText}
            multiline={3}
            maxLength={NOTE_LENGTH}
            autoComplete="off"
            placeholder="What did you find out? Only your team sees it."
            error={fieldError}
          />
          {!fieldError && <ActionError answer={answer} />}
          <InlineStack align="end">
            <Button submit disabled={!dirty} loading={busy}>
              Save note
            </Button>
          </InlineStack>
        </BlockStack>
      </form>
    </Card>
  );
}
