import { BlockStack, Box, InlineStack, Text } from "@shopify/polaris";
import type { ReactNode } from "react";

/** Within a card, where a list would be: why it is empty, and what may be done about it. */
export function ListEmpty({ title, body, children }: { title: string; body: string; children?: ReactNode }) {
  return (
    <Box padding="800">
      <BlockStack gap="200" inlineAlign="center">
        <Text as="p" variant="headingMd" alignment="center">
          {title}
        </Text>
        <Text as="p" tone="subdued" alignment="center">
          {body}
        </Text>
        {children && <InlineStack align="center">{children}</InlineStack>}
      </BlockStack>
    </Box>
  );
}
