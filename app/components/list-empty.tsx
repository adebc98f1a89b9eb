import { BlockStack, Box, InlineStack, Text } from "@shopify/polaris";
import type { ReactNode } from "react";

type Props = { title: string; body: string; as?: "h2" | "p"; children?: ReactNode };

/** Within a card, where a list would be: why it is empty, and what may be done about it. */
export function ListEmpty({ title, body, as = "p", children }: Props) {
  return (
    <Box padding="800">
      <BlockStack gap="200" inlineAlign="center">
        <Text as={as} variant="headingMd" alignment="center">
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
