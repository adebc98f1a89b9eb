import { useFetcher, useNavigate } from "@remix-run/react";
import { BlockStack, Button, InlineStack, List, Select } from "@shopify/polaris";
import { useEffect, useRef, useState } from "react";
import { ActionError } from "~/components/action-error";
import { SaveBar } from "~/components/save-bar";
import { SectionCard } from "~/components/section-card";
import { useToast } from "~/components/use-toast";
import type { ConnectionDetail } from "../connections.server";
import { guideFor } from "../guides";
import type { ConnectionAnswer } from "../connection-answer";
import { connectionUrl } from "../provider";
import { REMINDER_OPTIONS } from "../reminder";
import { BingFields } from "./bing-fields";
import { Ga4Fields, GscFields } from "./google-fields";
import { McpFields } from "./mcp-fields";
import { TroubleBanner } from "./trouble-banner";
import { useFields } from "./use-fields";

export type FormMode = "connect" | "replace" | "rotate";

const FIELDS = { GA4: Ga4Fields, GSC: GscFields, BING: BingFields, MCP: McpFields };

/**
 * Connect, replace or rotate: the same fields, of which a rotation asks for the secret alone. What is typed stays until it
 * was stored, so that a provider's no costs nobody their key.
 */
export function ConnectionForm({ connection, mode }: { connection: ConnectionDetail; mode: FormMode }) {
  const { provider, name, config } = connection;
  const fetcher = useFetcher<ConnectionAnswer>();
  const picker = useFetcher<ConnectionAnswer>();
  const navigate = useNavigate();
  const box = useRef<HTMLDivElement>(null);
  const busy = fetcher.state !== "idle";
  const answer = busy ? undefined : fetcher.data;
  const offered = picker.state === "idle" ? picker.data : undefined;
  const [asked, setAsked] = useState<"sites" | "storing">("storing");
  // Of the two answers only the latest judges what is typed.
  const verdict = asked === "sites" ? offered : answer;
  const fields = useFields(config, verdict?.fieldErrors ?? {});
  // As soon as it is known: when the page knows too, a form that connected is gone.
  useToast(fetcher.data);
  const stored = answer?.ok === true;
  useEffect(() => {
    if (stored) void navigate(connectionUrl(provider), { replace: true });
  }, [stored, navigate, provider]);
  useEffect(() => {
    if (!verdict || verdict.ok) return;
    // The first thing to mend, or else the banner that says what went wrong.
    const target = box.current?.querySelector<HTMLElement>("[aria-invalid=true]");
    (target ?? box.current)?.focus();
  }, [verdict]);

  const submit = (intent: string) => ({ intent, ...fields.values });
  const store = () => {
    fetcher.submit(submit(mode === "rotate" ? "rotate" : "connect"), { method: "post" });
    setAsked("storing");
  };
  const ProviderFields = FIELDS[provider];
  const trouble = verdict?.trouble;
  return (
    <div ref={box} tabIndex={-1} className="form-box">
      <SaveBar
        id="connection-save-bar"
        open={fields.dirty && !stored}
        saving={busy}
        onSave={store}
        onDiscard={fields.reset}
      />
      <SectionCard title={TITLES[mode](name)}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            store();
          }}
        >
          <BlockStack gap="400">
            <List type="number">
              {guideFor(provider, mode).map((step) => (
                <List.Item key={step}>{step}</List.Item>
              ))}
            </List>
            {trouble && (
              <TroubleBanner advice={trouble} detail={trouble.detail}>
                {trouble.suggestion && (
                  <p>
                    Did you mean{" "}
                    <Button variant="plain" onClick={() => fields.set("siteUrl", trouble.suggestion!)}>
                      {trouble.suggestion}
                    </Button>
                    ?
                  </p>
                )}
              </TroubleBanner>
            )}
            {verdict && !verdict.ok && !trouble && !verdict.fieldErrors && <ActionError answer={verdict} />}
            <ProviderFields
              fields={fields}
              mode={mode}
              sites={offered?.sites}
              finding={picker.state !== "idle"}
              onFindSites={() => {
                picker.submit(submit("sites"), { method: "post" });
                setAsked("sites");
              }}
            />
            {mode !== "rotate" && (
              <Select
                label="Remind me to rotate the secret"
                options={REMINDER_OPTIONS}
                {...fields.bind("reminderDays")}
              />
            )}
            <InlineStack align="end" gap="200">
              {mode !== "connect" && <Button url={connectionUrl(provider)}>Cancel</Button>}
              <Button submit variant="primary" loading={busy}>
                {BUTTONS[mode]}
              </Button>
            </InlineStack>
          </BlockStack>
        </form>
      </SectionCard>
    </div>
  );
}

const TITLES: Record<FormMode, (name: string) => string> = {
  connect: (name) => `Connect ${name}`,
  replace: (name) => `Replace the connection to ${name}`,
  rotate: (name) => `Rotate the secret of ${name}`,
};

const BUTTONS: Record<FormMode, string> = {
  connect: "Test and connect",
  replace: "Test and replace",
  rotate: "Test and rotate",
};
