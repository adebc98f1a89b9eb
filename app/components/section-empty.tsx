import { Button, Card } from "@shopify/polaris";
import { ListEmpty } from "./list-empty";

type Props = { title: string; body: string; action?: { label: string; url: string } };

/** A whole page without rows: what will be here, and what brings it. */
export function SectionEmpty({ title, body, action }: Props) {
  return (
    <Card>
      <ListEmpty as="h2" title={title} body={body}>
        {action && <Button url={action.url}>{action.label}</Button>}
      </ListEmpty>
    </Card>
  );
}
