import { BlockStack, Text } from "@shopify/polaris";
import { SectionCard } from "~/components/section-card";
import { TermList } from "~/components/term-list";
import type { FlagEvidence } from "../orders.schema";

/** What the rule looked for, what it found, and what else was known. */
export function EvidenceCard({ why, evidence }: { why: string; evidence: FlagEvidence }) {
  const { measured, threshold, facts } = evidence;
  const terms = [
    { term: "Measured", description: measured },
    { term: "Threshold", description: threshold },
  ].flatMap(({ term, description }) => (description ? [{ term, description }] : []));
  return (
    <SectionCard title="Why it was flagged">
      <BlockStack gap="300">
        {why && <Text as="p">{why}</Text>}
        {terms.length > 0 && <TermList terms={terms} />}
        {facts.length > 0 && (
          <ul className="facts">
            {facts.map((fact) => (
              <li key={fact}>{fact}</li>
            ))}
          </ul>
        )}
      </BlockStack>
    </SectionCard>
  );
}
