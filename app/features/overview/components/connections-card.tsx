import { Row, RowList } from "~/components/row-list";
import { SectionCard } from "~/components/section-card";
import { ConnectionBadge } from "~/features/connections/components/connection-badge";
import { RotationsCard } from "~/features/connections/components/rotations-card";
import type { ConnectionHealth, RotationDue } from "~/features/connections/connections.server";
import { formatAgo } from "~/platform/shop-time";

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
      <RotationsCard
        rotations={rotations}
        anySecret={connections.some(({ secret }) => secret !== null)}
        ianaTimezone={ianaTimezone}
      />
    </>
  );
}
