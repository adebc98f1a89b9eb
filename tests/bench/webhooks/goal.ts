/** One line: what was to be reached, and whether it was. */
export function goal(what: string, value: number, comparison: "≤" | "≥", limit: number, unit: string) {
  const met = comparison === "≤" ? value <= limit : value >= limit;
  console.log(
    `  goal ${comparison} ${limit}${unit} ${what}: ${met ? "met" : "MISSED"} (${value.toFixed(2)}${unit})`,
  );
}
