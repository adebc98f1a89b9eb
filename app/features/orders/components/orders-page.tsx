import { useFetcher, useNavigation } from "@remix-run/react";
import { BlockStack, Card, Page } from "@shopify/polaris";
import { ActionError } from "~/components/action-error";
import { useToast } from "~/components/use-toast";
import type { FlagOutcome } from "../flag-actions.server";
import type { FlagList } from "../orders.server";
import type { FlagListQuery } from "../orders.schema";
import { FlagFilters } from "./flag-filters";
import { FlagTable, type BulkAction } from "./flag-table";
import { useFlagQuery } from "./use-flag-query";

type Props = { list: FlagList; query: FlagListQuery; now: string };

export function OrdersPage({ list, query, now }: Props) {
  const fetcher = useFetcher<FlagOutcome>();
  const change = useFlagQuery();
  const loading = useNavigation().state === "loading";
  useToast(fetcher.data);
  const act = (ids: string[], action: BulkAction) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(action)) form.set(name, String(value));
    for (const id of ids) form.append("id", id);
    fetcher.submit(form, { method: "post" });
  };
  const { flags, counts, newer, older } = list;
  return (
    <Page title="Orders" subtitle="Orders that a rule has flagged, the newest first">
      <BlockStack gap="400">
        <ActionError answer={fetcher.state === "idle" ? fetcher.data : null} />
        <Card padding="0">
          <FlagFilters query={query} counts={counts} loading={loading} />
          <FlagTable
            flags={flags}
            query={query}
            now={now}
            anyFlags={Object.values(counts).some(Boolean)}
            busy={fetcher.state !== "idle"}
            onAct={act}
            pagination={{
              hasPrevious: Boolean(newer),
              hasNext: Boolean(older),
              onPrevious: () => change({ before: newer ?? undefined }),
              onNext: () => change({ after: older ?? undefined }),
              accessibilityLabel: "Pages of flags, newer and older",
            }}
          />
        </Card>
      </BlockStack>
    </Page>
  );
}
