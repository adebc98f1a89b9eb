import { Button } from "@shopify/polaris";
import { ListEmpty } from "~/components/list-empty";
import type { FlagStatus } from "../order-flag";
import type { FlagListQuery } from "../orders.schema";

const EMPTY: Record<FlagStatus, { title: string; body: string }> = {
  ATTENTION: {
    title: "No flag waits for attention",
    body: "Every flag is snoozed, resolved or archived; the other tabs have them.",
  },
  SNOOZED: {
    title: "Nothing is snoozed",
    body: "Snooze a flag to have it come back in one, three or seven days.",
  },
  RESOLVED: {
    title: "Nothing is resolved yet",
    body: "Flags that you resolve are kept here, with who did it and when.",
  },
  ARCHIVED: {
    title: "The archive is empty",
    body: "Nothing is archived by itself. Resolved flags stay under “Resolved”.",
  },
};

/** Why the list is empty: nothing matches, nothing is in this tab, or no order was ever flagged. */
export function FlagEmptyState({ query, anyFlags }: { query: FlagListQuery; anyFlags: boolean }) {
  const filtered = query.q || query.severity || query.rule;
  if (filtered)
    return (
      <ListEmpty title="No flag matches" body="Try other words, or clear the search and the filters.">
        <Button url={`/app/orders?status=${query.status}`}>Clear all</Button>
      </ListEmpty>
    );
  if (!anyFlags)
    return (
      <ListEmpty
        title="No order has been flagged yet"
        body="Nothing loaded yet: no order was read from Shopify and compared with your thresholds."
      >
        <Button url="/app/settings">See the thresholds</Button>
      </ListEmpty>
    );
  return <ListEmpty {...EMPTY[query.status]} />;
}
