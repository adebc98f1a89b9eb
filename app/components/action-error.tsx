import { Banner } from "@shopify/polaris";
import { useEffect, useRef } from "react";
import { ReferenceLine } from "./reference-line";

type Answer = { ok: boolean; message: string; reference?: string | null };

/** Why an action failed, beside the button that was pressed. Nothing while there is no bad news. */
export function ActionError({ answer }: { answer: Answer | null | undefined }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Each answer anew: the merchant may have scrolled on since the button was pressed.
    if (answer && !answer.ok) box.current?.scrollIntoView({ block: "nearest" });
  }, [answer]);
  return (
    <div ref={box} aria-live="assertive" className="action-error">
      {answer && !answer.ok && (
        <Banner tone="critical" title={answer.message}>
          {answer.reference && <ReferenceLine reference={answer.reference} />}
        </Banner>
      )}
    </div>
  );
}
