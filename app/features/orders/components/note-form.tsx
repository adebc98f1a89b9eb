import { useFetcher } from "@remix-run/react";
import { BlockStack, Button, Card, InlineStack, TextField } from "@shopify/polaris";
import { useState } from "react";
import { useToast } from "~/components/use-toast";
import { NOTE_LENGTH } from "../order-flag";
import type { FlagActionAnswer } from "../flag-actions.server";

/** A note for colleagues; what went wrong is said at the field, and stays. */
export function NoteForm({ id, note }: { id: string; note: string }) {
  const fetcher = useFetcher<FlagActionAnswer>();
  const [text, setText] = useState(note);
  useToast(fetcher.data);
  const answer = fetcher.state === "idle" ? fetcher.data : undefined;
  const error = answer && !answer.ok ? (answer.fieldErrors?.note ?? answer.message) : undefined;
  return (
    <Card>
      <fetcher.Form method="post">
        <input type="hidden" name="intent" value="note" />
        <input type="hidden" name="id" value={id} />
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
            error={error}
          />
          <InlineStack align="end">
            <Button submit disabled={text.trim() === note} loading={fetcher.state !== "idle"}>
              Save note
            </Button>
          </InlineStack>
        </BlockStack>
      </fetcher.Form>
    </Card>
  );
}
