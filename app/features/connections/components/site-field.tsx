import { BlockStack, Button, ChoiceList, TextField } from "@shopify/polaris";
import { Quiet } from "~/components/section-card";
import type { ProviderFieldsProps } from "./provider-fields";

type Props = ProviderFieldsProps & { label: string; placeholder: string; helpText: string };

/** The site by name, or chosen from those that the credential can see. */
export function SiteField({ fields, sites, finding, onFindSites, label, placeholder, helpText }: Props) {
  return (
    <BlockStack gap="200">
      <TextField
        {...fields.bind("siteUrl")}
        label={label}
        placeholder={placeholder}
        helpText={helpText}
        connectedRight={
          <Button onClick={onFindSites} loading={finding}>
            Find mine
          </Button>
        }
      />
      {sites && sites.length > 0 && (
        <ChoiceList
          title="In this account"
          choices={sites.map(({ url, note }) => ({ label: url, value: url, helpText: note ?? undefined }))}
          selected={[fields.values.siteUrl ?? ""]}
          onChange={([chosen]) => chosen && fields.set("siteUrl", chosen)}
        />
      )}
      {sites?.length === 0 && <Quiet>This account has no site yet. Add it at the provider first.</Quiet>}
    </BlockStack>
  );
}
