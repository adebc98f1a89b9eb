import { useNavigate, useSearchParams } from "@remix-run/react";
import type { FlagListQuery } from "../orders.schema";

type Changes = Partial<Record<keyof FlagListQuery, string | undefined>>;

/** The list's filters are its address: `change` goes to another one, from its first page unless a cursor is given. */
export function useFlagQuery() {
  const [params] = useSearchParams();
  const navigate = useNavigate();
  return function change(changes: Changes) {
    const next = new URLSearchParams();
    const kept = {
      status: params.get("status"),
      severity: params.get("severity"),
      rule: params.get("rule"),
      q: params.get("q"),
    };
    for (const [name, value] of Object.entries({ ...kept, ...changes })) if (value) next.set(name, value);
    navigate(`/app/orders?${next}`, { preventScrollReset: true });
  };
}
