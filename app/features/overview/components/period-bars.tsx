import type { ChartPoint } from "~/components/daily-chart";

/** Two amounts, one above the other, as long as they are large. */
export function PeriodBars({ point, format }: { point: ChartPoint; format: (value: number) => string }) {
  const rows = [
    { label: point.label, value: point.value, className: "bar" },
    { label: point.previousLabel, value: point.previousValue, className: "bar bar-previous" },
  ];
  const longest = Math.max(1, ...rows.map(({ value }) => value ?? 0));
  return (
    <dl className="bars">
      {rows.map(({ label, value, className }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            <span className={className} style={{ width: `${(Math.max(0, value ?? 0) / longest) * 70}%` }} />
            {value === null ? "Not computed yet" : format(value)}
          </dd>
        </div>
      ))}
    </dl>
  );
}
