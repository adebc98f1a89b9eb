import { useFetcher } from "@remix-run/react";
import { Banner, BlockStack, Select } from "@shopify/polaris";
import { ActionError } from "~/components/action-error";
import { SectionCard } from "~/components/section-card";
import { TermList } from "~/components/term-list";
import { useToast } from "~/components/use-toast";
import { formatAgo, formatShopDate } from "~/platform/shop-time";
import type { ConnectionDetail, SecretFacts } from "../connections.server";
import type { ConnectionAnswer } from "../connection-answer";
import { connectionUrl } from "../provider";
import { REMINDER_OPTIONS } from "../reminder";
import { lastFourText } from "./connection-terms";

type Props = {
  connection: ConnectionDetail;
  secret: SecretFacts;
  now: string;
  ianaTimezone: string;
  actor: string;
};

/** What may be shown of the secret, and when it should be replaced. The secret itself is shown to nobody. */
export function SecretCard({ connection, secret, now, ianaTimezone, actor }: Props) {
  const fetcher = useFetcher<ConnectionAnswer>();
  useToast(fetcher.data);
  // What was just chosen, before the answer is there.
  const chosen = fetcher.formData?.get("reminderDays");
  const days = typeof chosen === "string" ? chosen : String(connection.config?.reminderDays);
  const due = secret.rotationReminderAt;
  const earlier = connection.rotations.slice(1);
  return (
    <SectionCard title="Secret">
      <BlockStack gap="400">
        {due && secret.overdue && (
          <Banner
            tone="warning"
            title={`Rotation was due on ${formatShopDate(due, ianaTimezone)}`}
            action={{ content: "Rotate secret", url: connectionUrl(connection.provider, "rotate") }}
          />
        )}
        <TermList
          terms={[
            { term: "Stored", description: lastFourText(secret) },
            {
              term: "Since",
              description: `${formatShopDate(secret.storedAt, ianaTimezone)} (${formatAgo(secret.storedAt, now)})`,
            },
            { term: "Set by", description: whoText(secret.setBy, actor) },
            { term: "Rotation due", description: due ? formatShopDate(due, ianaTimezone) : "no reminder" },
            ...(earlier.length
              ? [
                  {
                    term: "Earlier",
                    description: earlier.map((at) => formatShopDate(at, ianaTimezone)).join("; "),
                  },
                ]
              : []),
          ]}
        />
        <Select
          label="Remind me to rotate it"
          options={REMINDER_OPTIONS}
          value={days}
          disabled={fetcher.state !== "idle"}
          onChange={(reminderDays) => fetcher.submit({ intent: "remind", reminderDays }, { method: "post" })}
        />
        <ActionError answer={fetcher.state === "idle" ? fetcher.data : null} />
      </BlockStack>
    </SectionCard>
  );
}

/** Shopify tells an app a person's number and not their name. */
function whoText(setBy: string | null, actor: string): string {
  if (!setBy) return "not recorded";
  if (setBy === actor) return "you";
  const staff = /^gid:\/\/shopify\/StaffMember\/(\d+)$/.exec(setBy);
  return staff ? `staff member ${staff[1]}` : setBy;
}
