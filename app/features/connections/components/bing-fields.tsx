import { BlockStack } from "@shopify/polaris";
import type { ProviderFieldsProps } from "./provider-fields";
import { SecretField } from "./secret-field";
import { SiteField } from "./site-field";

export function BingFields(props: ProviderFieldsProps) {
  const { fields, mode } = props;
  return (
    <BlockStack gap="400">
      <SecretField
        {...fields.bind("apiKey")}
        label="API key"
        placeholder={mode === "replace" ? "Leave empty to keep the stored one" : undefined}
      />
      {mode !== "rotate" && (
        <SiteField
          {...props}
          label="Site"
          placeholder="https://www.example.com/"
          helpText="As Bing Webmaster Tools lists it."
        />
      )}
    </BlockStack>
  );
}
