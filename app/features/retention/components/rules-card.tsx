import { Row, RowList } from "~/components/row-list";
import { Quiet, SectionCard } from "~/components/section-card";
import { formatShopTime } from "~/platform/shop-time";
import type { RuleLine } from "../retention.server";
import { ARCHIVED, lifetimeText, POLICY_TEXTS } from "../retention-text";

type Props = { rules: RuleLine[]; ianaTimezone: string };

/** Every rule in words, and where its line is at this moment. */
export function RulesCard({ rules, ianaTimezone }: Props) {
  return (
    <SectionCard title="How long data is kept">
      <RowList label="How long data is kept">
        {rules.map((rule) => (
          <Row
            key={rule.name}
            title={POLICY_TEXTS[rule.name].title}
            detail={<Detail rule={rule} ianaTimezone={ianaTimezone} />}
            aside={asideOf(rule)}
          />
        ))}
        {ARCHIVED.map(({ title, rule }) => (
          <Row key={title} title={title} detail={rule} aside="Kept" />
        ))}
      </RowList>
      <Quiet>
        Settings, connections, purchase orders and insights stay while Backroom is installed; the forecast of
        a SKU goes with its product. When you uninstall it, Shopify asks 48 hours later for all of your
        store&apos;s data to be deleted, and it is.
      </Quiet>
    </SectionCard>
  );
}

function Detail({
  rule: { name, lifetime, cutoff },
  ianaTimezone,
}: {
  rule: RuleLine;
  ianaTimezone: string;
}) {
  if (!lifetime || !cutoff) return <>Nothing of this is deleted: this installation is set to keep it.</>;
  return (
    <>
      <span className="row-line">{POLICY_TEXTS[name].rule(lifetimeText(lifetime) ?? "")}</span>
      <span className="row-line">Right now: before {formatShopTime(cutoff, ianaTimezone)}</span>
    </>
  );
}

function asideOf({ lifetime }: RuleLine): string {
  return lifetime ? (lifetimeText(lifetime) ?? "Until expired") : "Kept";
}
