import { useNavigate, useSearchParams } from "@remix-run/react";
import type { WebhookListQuery } from "../webhooks.schema";

type Changes = Partial<Record<keyof WebhookListQuery, string | undefined>>;

/** The list's filters are its address: `change` goes to another one, from its first page unless a cursor is given. */
export function useWebhooksQuery() {
  const [params] = useSearchParams();
  const navigate = useNavigate();
  return function change(changes: Changes) {
    const next = new URLSearchParams();
    const kept = { status: params.get("status"), topic: params.get("topic"), q: params.get("q") };
    for (const [name, value] of Object.entries({ ...kept, ...changes })) if (value) next.set(name, value);
    navigate(`/app/webhooks?${next}`, { preventScrollReset: true });
  };
}
