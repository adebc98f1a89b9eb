import { BlockStack, Button, Card, InlineStack, Text } from "@shopify/polaris";
import type { ReactNode } from "react";

type Props = {
  title: string;
  /** Beside the title */
  badge?: ReactNode;
  action?: { label: string; url: string };
  children: ReactNode;
};

/** A card with a heading, and a link to the page that knows more. */
export function SectionCard({ title, badge, action, children }: Props) {
  return (
    <Card>
      <BlockStack gap="300">
        <InlineStack align="space-between" blockAlign="center" gap="200">
          <InlineStack gap="200" blockAlign="center">
            <Text as="h2" variant="headingSm">
              {title}
            </Text>
            {badge}
          </InlineStack>
          {action && (
            <Button variant="plain" url={action.url}>
              {action.label}
            </Button>
          )}
        </InlineStack>
        {children}
      </BlockStack>
    </Card>
  );
}

/** What a card says when it has no rows: whether nothing was found, or nothing was loaded yet. */
export function Quiet({ children }: { children: ReactNode }) {
  return (
    <Text as="p" tone="subdued">
      {children}
    </Text>
  );
}
