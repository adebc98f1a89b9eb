import { BlockStack, ChoiceList, TextField } from "@shopify/polaris";
import type { ProviderFieldsProps } from "./provider-fields";
import { SecretField } from "./secret-field";

export function McpFields({ fields, mode }: ProviderFieldsProps) {
  const withToken = fields.values.credentialKind !== "none";
  return (
    <BlockStack gap="400">
      {mode !== "rotate" && (
        <TextField
          {...fields.bind("endpoint")}
          label="Server address"
          type="url"
          placeholder="https://mcp.example.com/mcp"
          helpText="Where the server speaks MCP over HTTP. It must be on the public internet."
        />
      )}
      {mode !== "rotate" && (
        <ChoiceList
          title="Sign in with"
          choices={[
            { label: "A bearer token", value: "bearer" },
            { label: "Nothing: the server is open", value: "none" },
          ]}
          selected={[withToken ? "bearer" : "none"]}
          onChange={([chosen]) => fields.set("credentialKind", chosen ?? "bearer")}
        />
      )}
      {withToken && (
        <SecretField
          {...fields.bind("token")}
          label="Token"
          placeholder={mode === "replace" ? "Leave empty to keep the stored one" : undefined}
        />
      )}
      {mode !== "rotate" && (
        <>
          <TextField
            {...fields.bind("toolAllowList")}
            label="Tools that Backroom may call"
            multiline={3}
            helpText="One name per line. Others are listed in tests, and never called."
          />
          <TextField
            {...fields.bind("timeoutSeconds")}
            label="Time limit"
            suffix="seconds"
            inputMode="decimal"
            helpText="How long one call may take, 0.5 to 60."
          />
        </>
      )}
    </BlockStack>
  );
}
