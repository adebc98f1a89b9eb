import { BlockStack, ChoiceList, TextField } from "@shopify/polaris";
import type { ProviderFieldsProps } from "./provider-fields";
import { SecretField } from "./secret-field";
import { SiteField } from "./site-field";
import type { Fields } from "./use-fields";

export function Ga4Fields({ fields, mode }: ProviderFieldsProps) {
  return (
    <BlockStack gap="400">
      {mode !== "rotate" && (
        <TextField
          {...fields.bind("propertyId")}
          label="Property ID"
          inputMode="numeric"
          placeholder="123456789"
          helpText="A number: in Google Analytics under Admin › Property details."
        />
      )}
      <GoogleCredentialFields fields={fields} mode={mode} />
    </BlockStack>
  );
}

export function GscFields(props: ProviderFieldsProps) {
  const { fields, mode } = props;
  return (
    <BlockStack gap="400">
      <GoogleCredentialFields fields={fields} mode={mode} />
      {mode !== "rotate" && (
        <SiteField
          {...props}
          label="Property"
          placeholder="sc-domain:example.com or https://www.example.com/"
          helpText="Exactly as Search Console lists it."
        />
      )}
    </BlockStack>
  );
}

function GoogleCredentialFields({ fields, mode }: { fields: Fields; mode: ProviderFieldsProps["mode"] }) {
  const kind = fields.values.credentialKind ?? "service_account";
  const keep = mode === "replace";
  return (
    <>
      <ChoiceList
        title="Sign in with"
        choices={[
          { label: "A service account (does not expire)", value: "service_account" },
          { label: "An OAuth client and a refresh token", value: "oauth" },
        ]}
        selected={[kind]}
        onChange={([chosen]) => fields.set("credentialKind", chosen ?? "service_account")}
      />
      {kind === "service_account" ? (
        <TextField
          {...fields.bind("serviceAccount")}
          label="Service account's JSON key"
          multiline={4}
          maxHeight="12rem"
          spellCheck={false}
          monospaced
          placeholder={keep ? "Leave empty to keep the stored one" : '{ "type": "service_account", … }'}
          helpText="The whole file, from the first { to the last }."
        />
      ) : (
        <>
          <TextField
            {...fields.bind("clientId")}
            label="Client ID"
            helpText="In the Google Cloud console under APIs & Services › Credentials."
            placeholder={
              keep ? "Leave all three empty to keep the stored ones" : "….apps.googleusercontent.com"
            }
          />
          <SecretField {...fields.bind("clientSecret")} label="Client secret" />
          <SecretField
            {...fields.bind("refreshToken")}
            label="Refresh token"
            helpText="What your OAuth client was given when the owner of the account signed in. Publish the client's consent screen first: in “Testing” a token lasts seven days."
          />
        </>
      )}
    </>
  );
}
