import { ChoiceList, IndexFilters, IndexFiltersMode, useSetIndexFiltersMode } from "@shopify/polaris";
import { useEffect, useRef, useState } from "react";
import { STATUS_NAMES, WEBHOOK_STATUSES, type WebhookEventStatus } from "../webhook-status";
import type { WebhookListQuery } from "../webhooks.schema";
import { useWebhooksQuery } from "./use-webhooks-query";

type Props = {
  query: WebhookListQuery;
  counts: Record<WebhookEventStatus, number>;
  topics: string[];
  loading: boolean;
};

const TYPING_MS = 400;

/** Tabs by status, search by webhook id, and a filter by topic. */
export function DeliveryFilters({ query, counts, topics, loading }: Props) {
  const change = useWebhooksQuery();
  const { mode, setMode } = useSetIndexFiltersMode(
    query.q || query.topic ? IndexFiltersMode.Filtering : IndexFiltersMode.Default,
  );
  const [typed, setTyped] = useState(query.q ?? "");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const search = (value: string) => {
    setTyped(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => change({ q: value }), TYPING_MS);
  };
  const clear = () => {
    clearTimeout(timer.current);
    setTyped("");
    change({ q: undefined, topic: undefined });
  };
  const tab = (id: string, content: string, count: number, status?: WebhookEventStatus) => ({
    ...{ id, content, badge: String(count) },
    onAction: () => change({ status }),
  });
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return (
    <div className="list-filters">
      <IndexFilters
        tabs={[
          tab("all", "All", total),
          ...WEBHOOK_STATUSES.map((status) => tab(status, STATUS_NAMES[status], counts[status], status)),
        ]}
        selected={query.status ? WEBHOOK_STATUSES.indexOf(query.status) + 1 : 0}
        canCreateNewView={false}
        mode={mode}
        setMode={setMode}
        loading={loading}
        queryValue={typed}
        queryPlaceholder="Search by webhook id"
        onQueryChange={search}
        onQueryClear={() => search("")}
        cancelAction={{ onAction: clear }}
        onClearAll={clear}
        filters={[
          {
            key: "topic",
            label: "Topic",
            pinned: true,
            filter: (
              <ChoiceList
                title="Topic"
                titleHidden
                choices={topics.map((topic) => ({ value: topic, label: topic }))}
                selected={query.topic ? [query.topic] : []}
                onChange={([topic]) => change({ topic })}
              />
            ),
          },
        ]}
        appliedFilters={
          query.topic
            ? [{ key: "topic", label: query.topic, onRemove: () => change({ topic: undefined }) }]
            : []
        }
      />
    </div>
  );
}
