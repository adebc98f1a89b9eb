import { Modal, Text } from "@shopify/polaris";

type Props = { name: string; open: boolean; busy: boolean; onCancel: () => void; onDisconnect: () => void };

export function DisconnectModal({ name, open, busy, onCancel, onDisconnect }: Props) {
  return (
    <Modal
      open={open}
      onClose={onCancel}
      title={`Disconnect ${name}?`}
      primaryAction={{ content: "Disconnect", destructive: true, loading: busy, onAction: onDisconnect }}
      secondaryActions={[{ content: "Cancel", onAction: onCancel }]}
    >
      <Modal.Section>
        <Text as="p">
          The stored secret is deleted at once and cannot be brought back. The history of tests stays for as
          long as “Data and retention” says. The key itself lives on at the provider until you revoke it
          there.
        </Text>
      </Modal.Section>
    </Modal>
  );
}
