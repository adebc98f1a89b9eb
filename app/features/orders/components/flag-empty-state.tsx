import { Button } from "@shopify/polaris";
import { ListEmpty } from "~/components/list-empty";
import type { FlagStatus } from "../order-flag";
import type { FlagListQuery } from "../orders.schema";

const EMPTY: Record<FlagStatus, { title: string; body: string }> = {
  ATTENTION: { title: "No order needs attention", body: "New flags appear here as orders come in." },
  SNOOZED: {
    title: "Nothing is snoozed",
    body: "Snooze a flag to have it come back in one, three or seven days.",
  },
  RESOLVED: {
    title: "Nothing is resolved yet",
    body: "Flags that you resolve are kept here, with who did it and when.",
  },
  ARCHIVED: { title: "The archive is empty", body: "Resolved flags move here after a while." },
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
        body="Backroom looks at every order against your thresholds and flags those that need a hand."
      >
        <Button url="/app/settings">See the thresholds</Button>
      </ListEmpty>
    );
  return <ListEmpty {...EMPTY[query.status]} />;
}
