import { useEffect } from "react";

/** Shows good news once per answer, in the admin's own toast. Bad news stays on the page instead, in a banner. */
export function useToast(answer: { ok: boolean; message: string } | undefined) {
  useEffect(() => {
    if (answer?.ok && answer.message) window.shopify?.toast.show(answer.message);
  }, [answer]);
}
