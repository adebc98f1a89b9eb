import { Banner } from "@shopify/polaris";
import type { ReactNode } from "react";
import type { Advice } from "../advice";

type Props = {
  advice: Advice;
  /** The provider's side of it, in one redacted line */
  detail: string | null;
  children?: ReactNode;
};

/** What does not work, what to do about it, and what the provider said. */
export function TroubleBanner({ advice, detail, children }: Props) {
  return (
    <Banner tone="critical" title={advice.title}>
      <p>{advice.body}</p>
      {detail && <p>It said: {detail}</p>}
      {children}
    </Banner>
  );
}
