import { Text } from "@shopify/polaris";

/** The id of the request that failed, as the log has it. */
export function ReferenceLine({ reference }: { reference: string }) {
  return (
    <Text as="p" tone="subdued">
      Reference for support: <code>{reference}</code>
    </Text>
  );
}
