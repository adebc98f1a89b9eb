import { useFetcher } from "@remix-run/react";
import { useEffect } from "react";
import type { WebhookAnswer } from "../webhook-actions.server";

type Question = Record<string, string | undefined>;

/**
 * The two requests of a dialog that is mounted when it opens: one that tells what would happen, sent at once, and one that
 * does it. `question` and `onAnswer` are to stay the same while it is open: each new one is asked, or told, again.
 */
export function useAskFirst(question: Question, onAnswer: (answer: WebhookAnswer) => void) {
  const asking = useFetcher<WebhookAnswer>();
  const doing = useFetcher<WebhookAnswer>();
  const { submit: ask } = asking;
  const { state, data: answer } = doing;
  const busy = state !== "idle";
  useEffect(() => ask(known(question), POST), [ask, question]);
  useEffect(() => {
    if (!busy && answer) onAnswer(answer);
  }, [busy, answer, onAnswer]);
  const refusal = busy ? undefined : [answer, asking.data].find((one) => one && !one.ok);
  return {
    told: asking.data,
    answer,
    busy,
    refusal,
    submit: (form: Question) => doing.submit(known(form), POST),
  };
}

const POST = { method: "post", action: "/app/webhooks" } as const;

function known(form: Question): Record<string, string> {
  return Object.fromEntries(
    Object.entries(form).filter((field): field is [string, string] => field[1] !== undefined),
  );
}
