import { Row, RowList } from "~/components/row-list";
import { Quiet, SectionCard } from "~/components/section-card";
import { formatShopDate } from "~/platform/shop-time";
import type { RotationDue } from "../connections.server";

type Props = { rotations: RotationDue[]; anySecret: boolean; ianaTimezone: string };

const LINK = { label: "Manage", url: "/app/settings/connections" };

/** Secrets whose reminder has passed, or passes within two weeks. */
export function RotationsCard({ rotations, anySecret, ianaTimezone }: Props) {
  return (
    <SectionCard title="Secrets to rotate" action={rotations.length ? LINK : undefined}>
      {rotations.length === 0 ? (
        <Quiet>
          {anySecret ? "No secret is due within two weeks." : "Nothing is connected: no secret is stored."}
        </Quiet>
      ) : (
        <RowList label="Secrets due for rotation">
          {rotations.map(({ provider, name, rotationReminderAt, overdue }) => (
            <Row
              key={provider}
              url={LINK.url}
              title={name}
              detail={`${overdue ? "Was due" : "Due"} ${formatShopDate(rotationReminderAt, ianaTimezone)}`}
            />
          ))}
        </RowList>
      )}
    </SectionCard>
  );
}
