import { Link, Text } from "@shopify/polaris";
import type { RequestLine } from "../compliance";

/** Whom a request is about, masked, with the way to the customer in Shopify. */
export function CustomerText({ line: { customer } }: { line: RequestLine }) {
  if (!customer) return null;
  return (
    <Text as="p" fontWeight="semibold">
      Customer: {customer.label}{" "}
      {customer.url && (
        <Link url={customer.url} target="_top">
          Open in Shopify
        </Link>
      )}
    </Text>
  );
}
