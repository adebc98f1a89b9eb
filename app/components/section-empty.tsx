import { BlockStack, Box, Button, Card, Text } from "@shopify/polaris";

type Props = { title: string; body: string; action?: { label: string; url: string } };

/** A whole page without rows: what will be here, and what brings it. */
export function SectionEmpty({ title, body, action }: Props) {
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
          {action && <Button url={action.url}>{action.label}</Button>}
        </BlockStack>
      </Box>
    </Card>
  );
}
