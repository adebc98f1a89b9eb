import { IndexTable, useBreakpoints, useIndexResourceState } from "@shopify/polaris";
import { useEffect, useRef, type ComponentProps } from "react";
import { useMixedCheckboxes } from "~/components/use-mixed-checkboxes";
import type { FlagLine } from "../orders.server";
import { FlagEmptyState } from "./flag-empty-state";
import { FlagRow } from "./flag-row";
import { SNOOZE_DAYS } from "../order-flag";
import type { FlagListQuery } from "../orders.schema";

export type BulkAction = { intent: "resolve" | "reopen" } | { intent: "snooze"; days: number };

type Props = {
  flags: FlagLine[];
  query: FlagListQuery;
  now: string;
  anyFlags: boolean;
  busy: boolean;
  pagination: ComponentProps<typeof IndexTable>["pagination"];
  onAct: (ids: string[], action: BulkAction) => void;
};

export function FlagTable({ flags, query, now, anyFlags, busy, pagination, onAct }: Props) {
  const { smDown } = useBreakpoints();
  const table = useRef<HTMLDivElement>(null);
  useMixedCheckboxes(table);
  const selection = useIndexResourceState(flags);
  const { selectedResources, allResourcesSelected, handleSelectionChange, clearSelection } = selection;
  // Rows leave the tab once they are acted on; what is no longer shown is no longer selected.
  useEffect(() => clearSelection(), [flags]); // eslint-disable-line react-hooks/exhaustive-deps -- with each new list
  const act = (action: BulkAction) => () => onAct(selectedResources, action);

  const resolve = { content: "Resolve", onAction: act({ intent: "resolve" }), disabled: busy };
  const reopen = { content: "Reopen", onAction: act({ intent: "reopen" }), disabled: busy };
  const snooze = SNOOZE_DAYS.map((days) => ({
    content: `Snooze ${days} ${days === 1 ? "day" : "days"}`,
    onAction: act({ intent: "snooze", days }),
    disabled: busy,
  }));
  const waiting = query.status === "ATTENTION" || query.status === "SNOOZED";
  return (
    <div ref={table}>
      <IndexTable
        resourceName={{ singular: "flag", plural: "flags" }}
        itemCount={flags.length}
        condensed={smDown}
        selectedItemsCount={allResourcesSelected ? "All" : selectedResources.length}
        onSelectionChange={handleSelectionChange}
        promotedBulkActions={waiting ? [resolve, { title: "Snooze", actions: snooze }] : [reopen]}
        bulkActions={query.status === "SNOOZED" ? [reopen] : []}
        headings={[
          { title: "Order" },
          { title: "Flag" },
          { title: "Severity" },
          { title: "Customer" },
          { title: query.status === "SNOOZED" ? "Comes back" : "Flagged" },
          { title: "Total", alignment: "end" },
        ]}
        emptyState={<FlagEmptyState query={query} anyFlags={anyFlags} />}
        pagination={pagination?.hasNext || pagination?.hasPrevious ? pagination : undefined}
      >
        {flags.map((flag, position) => (
          <FlagRow
            key={flag.id}
            flag={flag}
            position={position}
            now={now}
            condensed={smDown}
            selected={selectedResources.includes(flag.id)}
          />
        ))}
      </IndexTable>
    </div>
  );
}
