/** The arithmetic of a chart's vertical axis. */
export type Scale = { min: number; max: number; ticks: number[] };

/** Round ticks that hold every value and zero; three to six of them. */
export function niceScale(values: number[]): Scale {
  const top = Math.max(0, ...values);
  const bottom = Math.min(0, ...values);
  const step = niceStep((top - bottom || 1) / 4);
  const min = Math.floor(bottom / step) * step;
  const max = Math.max(step, Math.ceil(top / step) * step);
  const count = Math.round((max - min) / step);
  return { min, max, ticks: Array.from({ length: count + 1 }, (_, i) => min + i * step) };
}

/** The least of 1, 2, 2.5 or 5 times a power of ten that is not below `rough`. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 2.5, 5, 10].find((candidate) => candidate * power >= rough) ?? 10;
  return factor * power;
}

/** An SVG path through the points that have a value; it breaks where one has none, and one alone is a dot. */
export function linePath(values: (number | null)[], scale: Scale, width: number, height: number): string {
  const isGap = (i: number) => (values[i] ?? null) === null;
  const commands = values.map((value, i) => {
    if (value === null) return "";
    const point = `${round(xOf(i, values.length, width))} ${round(yOf(value, scale, height))}`;
    if (!isGap(i - 1)) return `L${point}`;
    return isGap(i + 1) ? `M${point}L${point}` : `M${point}`;
  });
  return commands.join("");
}

export function xOf(index: number, count: number, width: number): number {
  return count < 2 ? width / 2 : (index / (count - 1)) * width;
}

export function yOf(value: number, { min, max }: Scale, height: number): number {
  return height - ((value - min) / (max - min)) * height;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
