import { BlockStack, Box, Card, Text } from "@shopify/polaris";

/** A whole page without rows: what will be here, and what brings it. */
export function SectionEmpty({ title, body }: { title: string; body: string }) {
  return (
    <Card>
      <Box padding="600">
        <BlockStack gap="200" inlineAlign="center">
          <Text as="h2" variant="headingMd" alignment="center">
            {title}
          </Text>
          <Text as="p" tone="subdued" alignment="center">
            {body}
          </Text>
        </BlockStack>
      </Box>
    </Card>
  );
}
