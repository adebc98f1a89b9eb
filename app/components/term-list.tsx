import type { ReactNode } from "react";

export type Term = { term: string; description: ReactNode };

/** Names and values, in two columns where there is room. */
export function TermList({ terms }: { terms: Term[] }) {
  return (
    <dl className="term-list">
      {terms.map(({ term, description }) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{description}</dd>
        </div>
      ))}
    </dl>
  );
}
