import type { ChartPoint } from "./daily-chart";

type Props = { title: string; points: ChartPoint[]; format: (value: number) => string };

/** A chart's figures for those who do not see it. */
export function ChartTable({ title, points, format }: Props) {
  const cell = (value: number | null) => (value === null ? "Not computed yet" : format(value));
  return (
    <div className="visually-hidden">
      <table>
        <caption>{title}</caption>
        <thead>
          <tr>
            {["Day", "Value", "Day of the period before", "Value then"].map((heading) => (
              <th key={heading} scope="col">
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {points.map((point) => (
            <tr key={point.label}>
              <th scope="row">{point.label}</th>
              <td>{cell(point.value)}</td>
              <td>{point.previousLabel}</td>
              <td>{cell(point.previousValue)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
