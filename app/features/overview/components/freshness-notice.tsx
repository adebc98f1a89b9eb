import { Banner, BlockStack } from "@shopify/polaris";
import type { Freshness } from "../figures.server";
import { freshnessText } from "../freshness-text";

/** Calm words for figures that are old or missing; nothing when all is well. */
export function FreshnessNotice({ freshness, days }: { freshness: Freshness; days: number }) {
  const text = freshnessText(freshness, days);
  if (!text) return null;
  return (
    <Banner title={text.title} tone="info">
      <BlockStack gap="100">
        {text.sentences.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </BlockStack>
    </Banner>
  );
}
