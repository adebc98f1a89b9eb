import { Link } from "@remix-run/react";
import type { ReactNode } from "react";

/** A short list inside a card, each row a link when it has somewhere to go. */
export function RowList({ children, label }: { children: ReactNode; label: string }) {
  return (
    <ul className="row-list" aria-label={label}>
      {children}
    </ul>
  );
}

type RowProps = {
  title: ReactNode;
  /** Under the title, quieter */
  detail?: ReactNode;
  /** At the end of the line */
  aside?: ReactNode;
  url?: string;
};

export function Row({ title, detail, aside, url }: RowProps) {
  const content = (
    <>
      <span className="row-text">
        <span className="row-title">{title}</span>
        {detail && <span className="row-detail">{detail}</span>}
      </span>
      {aside && <span className="row-aside">{aside}</span>}
    </>
  );
  return (
    <li>
      {url ? (
        <Link className="row" to={url}>
          {content}
        </Link>
      ) : (
        <div className="row">{content}</div>
      )}
    </li>
  );
}
