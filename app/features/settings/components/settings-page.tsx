import {
  Banner,
  BlockStack,
  Box,
  Card,
  Checkbox,
  Form,
  FormLayout,
  InlineGrid,
  Page,
  Text,
} from "@shopify/polaris";
import { useEffect, useRef, type ComponentRef, type ReactNode } from "react";
import { ReferenceLine } from "~/components/reference-line";
import { SaveBar } from "~/components/save-bar";
import { Quiet, SectionCard } from "~/components/section-card";
import { TermList } from "~/components/term-list";
import { TOGGLE_NAMES, TOGGLES, type SavedSettings } from "../settings-fields";
import { ConflictBanner } from "./conflict-banner";
import { ThresholdField } from "./threshold-field";
import { useSettingsForm, type SettingsEditor } from "./use-settings-form";

type Props = { saved: SavedSettings; currency: string; ianaTimezone: string };

/** Thresholds and toggles, and what comes from elsewhere. */
export function SettingsPage({ saved, currency, ianaTimezone }: Props) {
  const editor = useSettingsForm(saved, currency);
  return (
    <Page title="Settings" subtitle="Thresholds for orders and stock, and what Backroom shows">
      <SaveBar
        id="settings-save-bar"
        open={editor.dirty}
        saving={editor.saving}
        onSave={editor.save}
        onDiscard={editor.discard}
      />
      <Form onSubmit={editor.save} noValidate>
        <BlockStack gap="400">
          <Notice editor={editor} />
          <Section
            title="Orders"
            description="What an order is measured against. Backroom does not read orders from Shopify so far, so a change here flags none; flags that exist stay as they are."
          >
            <FormLayout>
              <ThresholdField name="highValueMinor" editor={editor} />
              <ThresholdField name="highDiscountPercent" editor={editor} />
              <ThresholdField name="lateFulfilmentHours" editor={editor} />
              <ThresholdField name="partialStaleDays" editor={editor} />
              <ThresholdField name="unpaidAgingDays" editor={editor} />
            </FormLayout>
          </Section>
          <Section title="Stock" description="When to think of the next delivery.">
            <ThresholdField name="lowCoverDays" editor={editor} />
          </Section>
          <Section title="Features" description="What Backroom shows, and what it may do.">
            <Toggles editor={editor} />
          </Section>
          <InlineGrid columns={{ xs: 1, md: 2 }} gap="400">
            <SectionCard
              title="Connections"
              action={{ label: "Manage connections", url: "/app/settings/connections" }}
            >
              <Quiet>Google Analytics, Search Console, Bing Webmaster Tools and your MCP server.</Quiet>
            </SectionCard>
            <SectionCard title="Privacy" action={{ label: "Privacy requests", url: "/app/settings/privacy" }}>
              <Quiet>What customers ask about their data, with the day by which you answer.</Quiet>
            </SectionCard>
            <SectionCard title="Data" action={{ label: "Data and retention", url: "/app/settings/data" }}>
              <Quiet>What Backroom keeps, for how long, and what it deletes next.</Quiet>
            </SectionCard>
            <SectionCard title="From your Shopify settings">
              <TermList
                terms={[
                  { term: "Currency", description: currency },
                  { term: "Time zone", description: ianaTimezone },
                ]}
              />
            </SectionCard>
          </InlineGrid>
        </BlockStack>
      </Form>
    </Page>
  );
}

/** What it is about, and beside it (below on a phone) the fields. */
function Section({
  title,
  description,
  children,
}: {
  title: string;
  description: string;
  children: ReactNode;
}) {
  return (
    <InlineGrid columns={{ xs: 1, md: ["oneThird", "twoThirds"] }} gap="400">
      <Box paddingInline={{ xs: "400", sm: "0" }} paddingBlockStart={{ xs: "200", md: "400" }}>
        <BlockStack gap="200">
          <Text as="h2" variant="headingMd">
            {title}
          </Text>
          <Text as="p" tone="subdued">
            {description}
          </Text>
        </BlockStack>
      </Box>
      <Card>{children}</Card>
    </InlineGrid>
  );
}

function Toggles({ editor: { form, edit } }: { editor: SettingsEditor }) {
  return (
    <BlockStack gap="300">
      {TOGGLE_NAMES.map((name) => (
        <Checkbox
          key={name}
          id={name}
          name={name}
          label={TOGGLES[name].label}
          helpText={TOGGLES[name].help}
          checked={form.typed[name]}
          onChange={(on) => edit(name, on)}
          error={form.errors[name]}
        />
      ))}
    </BlockStack>
  );
}

/** What stopped a save as a whole. It takes the keyboard, so that it is read out and its buttons come next. */
function Notice({ editor }: { editor: SettingsEditor }) {
  const { theirs, trouble } = editor.form;
  const place = useRef<ComponentRef<"div">>(null);
  useEffect(() => {
    if (theirs ?? trouble) place.current?.querySelector<HTMLElement>("[role=alert]")?.focus();
  }, [theirs, trouble]);
  if (!theirs && !trouble) return null;
  return (
    <div ref={place}>
      {theirs ? (
        <ConflictBanner editor={editor} />
      ) : (
        <Banner tone="critical" title={trouble ?? ""}>
          {editor.reference && <ReferenceLine reference={editor.reference} />}
        </Banner>
      )}
    </div>
  );
}
