import { Row, RowList } from "~/components/row-list";
import { Quiet, SectionCard } from "~/components/section-card";
import { ConnectionBadge } from "~/features/connections/components/connection-badge";
import type { ConnectionHealth, RotationDue } from "~/features/connections/connections.server";
import { formatAgo, formatShopDate } from "~/platform/shop-time";

type Props = { connections: ConnectionHealth[]; rotations: RotationDue[]; now: string; ianaTimezone: string };

const LINK = { label: "Manage", url: "/app/settings/connections" };

export function ConnectionsCard({ connections, rotations, now, ianaTimezone }: Props) {
  return (
    <>
      <SectionCard title="Connections" action={LINK}>
        <RowList label="Health of each connection">
          {connections.map((connection) => (
            <Row
              key={connection.provider}
              url={LINK.url}
              title={connection.name}
              detail={
                connection.testedAt && connection.secret
                  ? `Tested ${formatAgo(connection.testedAt, now)}`
                  : undefined
              }
              aside={<ConnectionBadge state={connection.state} />}
            />
          ))}
        </RowList>
      </SectionCard>
      <SectionCard title="Secrets to rotate" action={rotations.length ? LINK : undefined}>
        {rotations.length === 0 ? (
          <Quiet>No secret is due within two weeks.</Quiet>
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
    </>
  );
}
