import { Banner, BlockStack, List, Text } from "@shopify/polaris";
import { labelOf } from "../settings-fields";
import { differences, type Difference } from "../settings-form";
import { focusField, type SettingsEditor } from "./use-settings-form";

/** Another save came first: what it changed, beside what stands here, and the two ways on. */
export function ConflictBanner({ editor }: { editor: SettingsEditor }) {
  const found = differences(editor.form);
  const then = (act: () => void) => () => {
    act();
    if (found[0]) focusField(found[0].name);
  };
  return (
    <Banner
      tone="warning"
      title="Someone saved these settings while you were editing"
      action={{ content: "Save mine anyway", onAction: then(editor.keepMine), loading: editor.saving }}
      secondaryAction={{ content: "Take theirs", onAction: then(editor.discard) }}
    >
      <BlockStack gap="200">
        <Text as="p">Nothing of yours is saved yet, and nothing that you typed is lost.</Text>
        {found.length > 0 && (
          <List>
            {found.map((difference) => (
              <List.Item key={difference.name}>{sentenceOf(difference)}</List.Item>
            ))}
          </List>
        )}
      </BlockStack>
    </Banner>
  );
}

function sentenceOf({ name, theirs, mine, touched }: Difference) {
  return (
    <>
      <Text as="span" fontWeight="semibold">
        {labelOf(name)}
      </Text>
      : theirs {theirs}, yours {mine}
      {!touched && ". You did not change it, so theirs is kept either way."}
    </>
  );
}
