import { useState, type PointerEvent } from "react";
import { ChartTable } from "./chart-table";
import { linePath, niceScale, xOf, yOf, type Scale } from "./chart-scale";

export type ChartPoint = {
  label: string;
  value: number | null;
  previousLabel: string;
  previousValue: number | null;
};

type Props = {
  /** What is drawn, e.g. "Total sales by day" */
  title: string;
  points: ChartPoint[];
  format: (value: number) => string;
  formatAxis: (value: number) => string;
};

const WIDTH = 1000;
const HEIGHT = 200;

/**
 * A line per period, the earlier one dashed behind. The picture is for those who see it; the same figures follow as a
 * table for those who do not.
 */
export function DailyChart({ title, points, format, formatAxis }: Props) {
  const [hovered, setHovered] = useState<number | null>(null);
  const values = points.flatMap(({ value, previousValue }) => [value ?? 0, previousValue ?? 0]);
  const scale = niceScale(values);
  const hover = (event: PointerEvent<HTMLElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const index = Math.round(((event.clientX - left) / width) * (points.length - 1));
    setHovered(Math.min(points.length - 1, Math.max(0, index)));
  };
  const point = hovered === null ? undefined : points[hovered];
  return (
    <div className="chart">
      <div aria-hidden="true">
        <div className="chart-plot">
          <Axis scale={scale} format={formatAxis} />
          <div className="chart-area" onPointerMove={hover} onPointerLeave={() => setHovered(null)}>
            <Lines points={points} scale={scale} />
            {point && hovered !== null && (
              <Marker point={point} left={xOf(hovered, points.length, 100)} scale={scale} format={format} />
            )}
            <Days points={points} />
          </div>
        </div>
      </div>
      <ChartTable title={title} points={points} format={format} />
    </div>
  );
}

function Axis({ scale, format }: { scale: Scale; format: (value: number) => string }) {
  return (
    <div className="chart-axis">
      {[...scale.ticks].reverse().map((tick) => (
        <span key={tick}>{format(tick)}</span>
      ))}
    </div>
  );
}

function Lines({ points, scale }: { points: ChartPoint[]; scale: Scale }) {
  const path = (values: (number | null)[]) => linePath(values, scale, WIDTH, HEIGHT);
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none">
      {scale.ticks.map((tick) => (
        <path key={tick} className="chart-grid" d={`M0 ${yOf(tick, scale, HEIGHT)}H${WIDTH}`} />
      ))}
      <path
        className="chart-line chart-line-previous"
        d={path(points.map(({ previousValue }) => previousValue))}
      />
      <path className="chart-line" d={path(points.map(({ value }) => value))} />
    </svg>
  );
}

type MarkerProps = { point: ChartPoint; left: number; scale: Scale; format: (value: number) => string };

function Marker({ point, left, scale, format }: MarkerProps) {
  return (
    <div className="chart-marker" style={{ left: `${left}%` }} data-side={left > 60 ? "left" : "right"}>
      {point.value !== null && <i style={{ top: `${yOf(point.value, scale, 100)}%` }} />}
      <dl>
        <dt>{point.label}</dt>
        <dd>{point.value === null ? "Not computed yet" : format(point.value)}</dd>
        <dt>{point.previousLabel}</dt>
        <dd>{point.previousValue === null ? "Not computed yet" : format(point.previousValue)}</dd>
      </dl>
    </div>
  );
}

/** The last day, and as many before it as fit, each under its point. */
function Days({ points }: { points: ChartPoint[] }) {
  const every = Math.max(1, Math.ceil(points.length / 6));
  return (
    <div className="chart-days">
      {points.map(({ label }, i) =>
        (points.length - 1 - i) % every === 0 ? (
          <span key={label} style={{ right: `${100 - xOf(i, points.length, 100)}%` }}>
            {label}
          </span>
        ) : null,
      )}
    </div>
  );
}
