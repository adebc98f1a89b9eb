import type { TestRow } from "../connections.server";

/** The last tests at a glance, the newest at the right: tall and green worked, short and red did not. */
export function TestStrip({ tests }: { tests: TestRow[] }) {
  const shown = tests.filter(({ trigger, outcome }) => trigger !== "CONNECT" || outcome === "SUCCESS");
  if (shown.length < 2) return null;
  const failed = shown.filter(({ outcome }) => outcome === "FAILURE").length;
  return (
    <div
      className="test-strip"
      role="img"
      aria-label={`Of the last ${shown.length} tests, ${failed === 0 ? "none" : failed} failed.`}
    >
      {shown.map(({ id, outcome }) => <i key={id} data-outcome={outcome} />).reverse()}
    </div>
  );
}
