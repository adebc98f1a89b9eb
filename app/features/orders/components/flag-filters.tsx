import { ChoiceList, IndexFilters, IndexFiltersMode, useSetIndexFiltersMode } from "@shopify/polaris";
import { useEffect, useRef, useState } from "react";
import { FLAG_RULE_IDS, flagRule } from "../flag-rules";
import { FLAG_STATUSES, SEVERITIES, SEVERITY_NAMES, STATUS_NAMES, type FlagStatus } from "../order-flag";
import type { FlagListQuery } from "../orders.schema";
import { useFlagQuery } from "./use-flag-query";

type Props = { query: FlagListQuery; counts: Record<FlagStatus, number>; loading: boolean };

const TYPING_MS = 400;

/** Tabs by status, search, and filters by severity and rule. */
export function FlagFilters({ query, counts, loading }: Props) {
  const change = useFlagQuery();
  const filtered = Boolean(query.q || query.severity || query.rule);
  const { mode, setMode } = useSetIndexFiltersMode(
    filtered ? IndexFiltersMode.Filtering : IndexFiltersMode.Default,
  );
  const [search, setSearch] = useTypedSearch(query.q ?? "", (q) => change({ q }));
  const tabs = FLAG_STATUSES.map((status) => ({
    id: status,
    content: STATUS_NAMES[status],
    badge: String(counts[status]),
    onAction: () => change({ status }),
  }));
  return (
    <div className="list-filters">
      <IndexFilters
        tabs={tabs}
        selected={FLAG_STATUSES.indexOf(query.status)}
        canCreateNewView={false}
        mode={mode}
        setMode={setMode}
        loading={loading}
        queryValue={search}
        queryPlaceholder="Search by order or customer"
        onQueryChange={setSearch}
        onQueryClear={() => setSearch("")}
        cancelAction={{ onAction: () => change({ q: undefined, severity: undefined, rule: undefined }) }}
        filters={filtersOf(query, change)}
        appliedFilters={appliedOf(query, change)}
        onClearAll={() => change({ q: undefined, severity: undefined, rule: undefined })}
      />
    </div>
  );
}

type Change = ReturnType<typeof useFlagQuery>;

function filtersOf({ severity, rule }: FlagListQuery, change: Change) {
  return [
    {
      key: "severity",
      label: "Severity",
      pinned: true,
      filter: (
        <ChoiceList
          title="Severity"
          titleHidden
          choices={SEVERITIES.map((value) => ({ value, label: SEVERITY_NAMES[value] }))}
          selected={severity ? [severity] : []}
          onChange={([value]) => change({ severity: value })}
        />
      ),
    },
    {
      key: "rule",
      label: "Rule",
      pinned: true,
      filter: (
        <ChoiceList
          title="Rule"
          titleHidden
          choices={FLAG_RULE_IDS.map((value) => ({ value, label: flagRule(value).name }))}
          selected={rule ? [rule] : []}
          onChange={([value]) => change({ rule: value })}
        />
      ),
    },
  ];
}

function appliedOf({ severity, rule }: FlagListQuery, change: Change) {
  return [
    ...(severity
      ? [
          {
            key: "severity",
            label: SEVERITY_NAMES[severity],
            onRemove: () => change({ severity: undefined }),
          },
        ]
      : []),
    ...(rule
      ? [{ key: "rule", label: flagRule(rule).name, onRemove: () => change({ rule: undefined }) }]
      : []),
  ];
}

/**
 * What is being typed; the address follows when the typing pauses. The box follows the address in turn, except where that
 * only catches up with what was typed a moment ago.
 */
function useTypedSearch(current: string, search: (value: string) => void) {
  const [typed, setTyped] = useState(current);
  const [asked, setAsked] = useState(current);
  const [seen, setSeen] = useState(current);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  if (seen !== current) {
    setSeen(current);
    if (asked !== current) {
      setAsked(current);
      setTyped(current);
    }
  }
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (value: string) => {
    setTyped(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      setAsked(value);
      search(value);
    }, TYPING_MS);
  };
  return [typed, type] as const;
}
